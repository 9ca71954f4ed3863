using System.Text.Json.Serialization;

namespace CustomerInsights.Sdk.Testing;

/// <summary>How much of the contract a plugin was seen to keep, on a date.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConformanceTier>))]
public enum ConformanceTier
{
    /// <summary>A check of the first tier failed or could not run, or not all checks were asked for.</summary>
    [JsonStringEnumMemberName("none")]
    None = 0,

    /// <summary>Package, loading, configuration, and the work itself (groups M P L C R N W).</summary>
    [JsonStringEnumMemberName("bronze")]
    Bronze = 1,

    /// <summary>Bronze, and resuming, cancelling, faults and security (I X E G), in both modes, with nothing skipped.</summary>
    [JsonStringEnumMemberName("silver")]
    Silver = 2,

    /// <summary>Silver, and compatible with the release before. The kit cannot give it yet: group B is not there.</summary>
    [JsonStringEnumMemberName("gold")]
    Gold = 3,

    /// <summary>Gold, and within the budgets, as seen in the field. The kit cannot give it yet: group Q is not there.</summary>
    [JsonStringEnumMemberName("platinum")]
    Platinum = 4,
}
