using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Trust;

/// <summary>
/// Where a version may run: what its manifest supports, and of that what its trust allows. An admin chooses within it; what is
/// not within it is refused with a reason, and nothing else is put in its place.
/// </summary>
/// <param name="Trust">How far the version is trusted.</param>
/// <param name="Allowed">What is both supported and allowed, the default first; what must be accepted for it is in <see cref="ToAccept"/>.</param>
/// <param name="Mode">Where it is to run; null when that is refused.</param>
/// <param name="Objection">Why it is refused: what was asked, what is allowed, why, and how to change it. Null when it is not.</param>
public sealed record IsolationChoice(PackageTrust Trust, IReadOnlyList<IsolationMode> Allowed, IsolationMode? Mode, string? Objection)
{
    /// <summary>Of <see cref="Allowed"/>, what runs only when <c>plugins.json</c> accepts it in so many words.</summary>
    public IReadOnlyList<IsolationMode> ToAccept { get; private init; } = [];

    /// <summary>What is taken when <c>plugins.json</c> names none; null when it must name one.</summary>
    public IsolationMode? Default { get; private init; }

    /// <summary>What an admin should know although it runs; null when there is nothing.</summary>
    public string? Warning { get; private init; }

    /// <summary>Decides for one version.</summary>
    /// <param name="desired">What is wanted; null for nothing yet.</param>
    /// <param name="manifest">The version's manifest.</param>
    /// <param name="trust">How far it is trusted.</param>
    /// <returns>Where it may run, and where it is to.</returns>
    public static IsolationChoice Decide(DesiredPlugin? desired, PluginManifest manifest, PackageTrust trust)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var policy = IsolationPolicy.Of(trust);
        var supported = manifest.Isolation.Supported.Where(mode => mode != IsolationMode.InProcess || !manifest.Capabilities.NativeCode).ToList();
        var byItself = policy.ByItself.Where(supported.Contains).ToList();
        var byChoice = policy.ByChoice.Where(supported.Contains).ToList();
        var choice = new IsolationChoice(trust, [.. byItself, .. byChoice], null, null)
        {
            Default = byItself is [var first, ..] ? first : null,
            ToAccept = policy.MustBeAccepted ? byChoice : [],
        };
        var objection = WhyNot(desired, manifest, policy, choice);
        return choice with
        {
            Mode = objection is null ? desired?.Isolation ?? choice.Default : null,
            Objection = objection,
            Warning = trust == PackageTrust.Unsigned
                ? "It is not signed, and runs because its folder was given with --dev: anybody who can write there decides what it does. Not for an installation that holds people's data."
                : null,
        };
    }

    private static string? WhyNot(DesiredPlugin? desired, PluginManifest manifest, IsolationPolicy policy, IsolationChoice choice)
    {
        var supported = $"the plugin supports {Words(manifest.Isolation.Supported)}";
        if (desired?.Isolation is not { } asked)
        {
            return choice.Default is null
                ? $"plugins.json names no isolation; {supported}, and {policy.Why} {(choice.Allowed.Count > 0 ? $"Name it: \"isolation\": \"{choice.Allowed[0].ToWord()}\"{(policy.MustBeAccepted ? ", \"acceptInProcess\": true" : "")}, if you trust it that far." : policy.Remedy)}"
                : null;
        }

        var ask = $"plugins.json asks for isolation '{asked.ToWord()}'";
        if (!manifest.Isolation.Supported.Contains(asked))
        {
            return $"{ask}; {supported}.";
        }

        if (asked == IsolationMode.InProcess && manifest.Capabilities.NativeCode)
        {
            return "The plugin brings native code, which cannot run in process; set \"isolation\": \"process\".";
        }

        if (!choice.Allowed.Contains(asked))
        {
            return $"{ask}; {policy.Why} {(choice.Allowed.Count > 0 ? $"Set \"isolation\": \"{choice.Allowed[0].ToWord()}\". " : "")}{policy.Remedy}";
        }

        return choice.ToAccept.Contains(asked) && !desired.AcceptInProcess
            ? $"{ask}; {policy.Why} In process a crash of it ends the host, and it sees all that the host has in memory. {(choice.Default is { } other ? $"Set \"isolation\": \"{other.ToWord()}\", or, if" : "If")} you accept that, \"acceptInProcess\": true."
            : null;
    }

    private static string Words(IEnumerable<IsolationMode> modes) => string.Join(", ", modes.Select(mode => mode.ToWord()));
}
