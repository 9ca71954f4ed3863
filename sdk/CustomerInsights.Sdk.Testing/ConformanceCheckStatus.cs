using System.Text.Json.Serialization;

namespace CustomerInsights.Sdk.Testing;

/// <summary>Whether this release of the kit has a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConformanceCheckStatus>))]
public enum ConformanceCheckStatus
{
    /// <summary>It runs.</summary>
    [JsonStringEnumMemberName("available")]
    Available = 0,

    /// <summary>It has its number and is not there yet; it counts for nothing.</summary>
    [JsonStringEnumMemberName("notYet")]
    NotYet = 1,
}
