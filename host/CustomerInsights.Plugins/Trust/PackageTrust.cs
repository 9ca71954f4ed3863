using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Trust;

/// <summary>How far a package is trusted: by who signed it, or by where it lies. Decides where it may run. Names appear in REST in camel case.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PackageTrust>))]
public enum PackageTrust
{
    /// <summary>Nobody signed it; it lies in a folder that a developer named.</summary>
    [JsonStringEnumMemberName("unsigned")]
    Unsigned = 0,

    /// <summary>Signed with a key that is known, by somebody whom nobody has looked at.</summary>
    [JsonStringEnumMemberName("known")]
    Known = 1,

    /// <summary>Signed by a publisher whom a trusted catalog or an admin has verified.</summary>
    [JsonStringEnumMemberName("verified")]
    Verified = 2,

    /// <summary>Comes from who makes the host.</summary>
    [JsonStringEnumMemberName("firstParty")]
    FirstParty = 3,
}
