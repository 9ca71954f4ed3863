using System.Text.Json.Serialization;

namespace CustomerInsights.Sdk.Testing;

/// <summary>How a check ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConformanceOutcome>))]
public enum ConformanceOutcome
{
    /// <summary>The plugin does what the contract asks.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed = 0,

    /// <summary>It does not; the message says what was found.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed = 1,

    /// <summary>Not run: <c>test.json</c> skips it with a reason, which costs a tier, or it could not be run, which costs all.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped = 2,

    /// <summary>There is nothing to check: the plugin does not do what the check is about, or the fixture does not show it.</summary>
    [JsonStringEnumMemberName("notApplicable")]
    NotApplicable = 3,
}
