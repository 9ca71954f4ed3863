using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>A plugin as REST shows it: what is wanted, what is, and why.</summary>
/// <param name="Id">publisher.name.</param>
/// <param name="Name">For people.</param>
/// <param name="Summary">For people.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Code">The stable word of the last transition.</param>
/// <param name="Reason">Why it is there.</param>
/// <param name="Since">Since when.</param>
/// <param name="RunningVersion">The version whose code runs.</param>
/// <param name="Isolation">Where it may run, where it runs, and why.</param>
/// <param name="Desired">What plugins.json wants.</param>
/// <param name="Contributions">What it offers.</param>
/// <param name="Versions">The versions on disk, newest first.</param>
/// <param name="Problems">What is wrong with the package.</param>
/// <param name="RunningCalls">Calls that run now.</param>
/// <param name="PendingUnloads">Stopped versions that have not left memory yet.</param>
/// <param name="Leaked">Stopped versions that will not leave memory before a restart.</param>
/// <param name="RetryAt">When it is tried again.</param>
public sealed record PluginResponse(
    string Id,
    string? Name,
    string? Summary,
    PluginState State,
    string Code,
    string Reason,
    DateTimeOffset Since,
    string? RunningVersion,
    PluginResponse.IsolationResponse? Isolation,
    PluginResponse.DesiredPluginResponse? Desired,
    IReadOnlyList<PluginResponse.ContributionResponse> Contributions,
    IReadOnlyList<string> Versions,
    IReadOnlyList<Platform.Fault> Problems,
    int RunningCalls,
    int PendingUnloads,
    int Leaked,
    DateTimeOffset? RetryAt)
{
    /// <summary>What plugins.json wants.</summary>
    /// <param name="Version">A version, or latest.</param>
    /// <param name="Enabled">Whether it is to run.</param>
    /// <param name="Isolation">Where; left out, where the trust in its publisher says.</param>
    /// <param name="AcceptInProcess">Whether the host's own process was accepted.</param>
    /// <param name="Pin">Whether only a person moves the version.</param>
    /// <param name="Settings">Its settings.</param>
    public sealed record DesiredPluginResponse(string Version, bool Enabled, IsolationMode? Isolation, bool AcceptInProcess, bool Pin, JsonObject? Settings);

    /// <summary>Where a plugin may run.</summary>
    /// <param name="Trust">How far the version is trusted.</param>
    /// <param name="Running">Where it runs now.</param>
    /// <param name="Allowed">What the plugin supports and the trust allows.</param>
    /// <param name="ToAccept">Of that, what runs only with acceptInProcess.</param>
    /// <param name="Default">What is taken when plugins.json names none.</param>
    /// <param name="Refused">Why what is wanted is refused, and what to do.</param>
    /// <param name="Warning">What an admin should know although it runs.</param>
    public sealed record IsolationResponse(
        PackageTrust Trust, IsolationMode? Running, IReadOnlyList<IsolationMode> Allowed, IReadOnlyList<IsolationMode> ToAccept, IsolationMode? Default, string? Refused, string? Warning)
    {
        internal static IsolationResponse? Of(PluginStatus status) => status.Isolation is { } choice
            ? new(choice.Trust, status.RunningIsolation, choice.Allowed, choice.ToAccept, choice.Default, choice.Objection, choice.Warning)
            : null;
    }

    /// <summary>A component with the schema of its configuration.</summary>
    public sealed record ContributionResponse(string Id, string Kind, string Title, int ConfigVersion, JsonElement ConfigSchema);

    internal static PluginResponse Of(PluginStatus status) => new(
        status.Id,
        status.Manifest?.Name,
        status.Manifest?.Summary,
        status.State,
        status.Code,
        status.Reason,
        status.Since,
        status.RunningVersion,
        IsolationResponse.Of(status),
        status.Desired is { } desired
            ? new DesiredPluginResponse(desired.Version, desired.Enabled, desired.Isolation, desired.AcceptInProcess, desired.Pin, desired.Settings)
            : null,
        [.. status.Contributions.Select(one => new ContributionResponse(
            one.Id, JsonNamingPolicy.CamelCase.ConvertName(one.Kind.ToString()), one.Title, one.ConfigVersion, one.ConfigSchema.Document))],
        [.. status.Versions.Select(version => version.Version.ToString())],
        [.. status.Problems.Select(problem => new Platform.Fault(problem.Pointer, problem.Rule, problem.Message))],
        status.RunningCalls,
        status.PendingUnloads,
        status.Leaked,
        status.RetryAt);
}
