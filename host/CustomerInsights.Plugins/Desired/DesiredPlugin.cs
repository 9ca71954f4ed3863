using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Desired;

/// <summary>What is wanted of one plugin.</summary>
/// <param name="Id">The plugin's id.</param>
public sealed record DesiredPlugin(string Id)
{
    /// <summary>The version that means "the newest on disk, previews left out unless there is nothing else".</summary>
    public const string Latest = "latest";

    /// <summary>A version, or <see cref="Latest"/>.</summary>
    public string Version { get; init; } = Latest;

    /// <summary>Whether it is to run.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where it is to run; null leaves it to the trust in who made it. What cannot be had is a problem, never something else instead.</summary>
    public IsolationMode? Isolation { get; init; }

    /// <summary>True when the admin accepts that the plugin runs in the host's own process although it is not of who makes the host.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AcceptInProcess { get; init; }

    /// <summary>True when only a person may move the version.</summary>
    public bool Pin { get; init; }

    /// <summary>Versions that were gone back from: <see cref="Latest"/> passes them over, and nothing takes them but a person who names one.</summary>
    public IReadOnlyList<AvoidedVersion>? RolledBack { get; init; }

    /// <summary>Settings of the plugin as a whole; <c>fileRoots</c> and <c>network</c> are known to the host, the rest is kept as it is. Not to be changed in place.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>Names that begin with <c>x-</c>, kept as they are.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extra { get; init; }

    /// <summary>The folders that the plugin may use, from <c>settings.fileRoots</c>; a relative one lies below the data directory.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> FileRoots => Settings?["fileRoots"] is JsonArray roots ? [.. roots.Select(root => root!.GetValue<string>())] : [];

    /// <summary>What of the private network the plugin may reach, from <c>settings.network</c>.</summary>
    [JsonIgnore]
    public NetworkGrants Network => NetworkGrants.Of(Settings);

    /// <summary>Why a version is passed over; null when it is not.</summary>
    /// <param name="version">The version.</param>
    /// <returns>What is known of it.</returns>
    public AvoidedVersion? WhyAvoided(string version) => RolledBack?.FirstOrDefault(one => one.Version == version);

    /// <summary>Whether a running plugin may stay as it is when this changes to <paramref name="other"/>; where it runs is compared elsewhere.</summary>
    internal bool RunsLike(DesiredPlugin other) => Enabled == other.Enabled && JsonNode.DeepEquals(Settings, other.Settings);
}
