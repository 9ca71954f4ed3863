using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Trust;

/// <summary>What a trust allows. The one place where that is decided.</summary>
/// <param name="ByItself">What may be taken without being named, the best first.</param>
/// <param name="ByChoice">What runs only when an admin names it.</param>
/// <param name="MustBeAccepted">Whether naming it is not enough, and it must be accepted besides.</param>
/// <param name="Why">For people: who this is, and what such a one may.</param>
/// <param name="Remedy">How an admin changes that.</param>
internal sealed record IsolationPolicy(
    IReadOnlyList<IsolationMode> ByItself, IReadOnlyList<IsolationMode> ByChoice, bool MustBeAccepted, string Why, string Remedy)
{
    internal static IsolationPolicy Of(PackageTrust trust) => trust switch
    {
        PackageTrust.FirstParty => new(
            [IsolationMode.InProcess, IsolationMode.Process, IsolationMode.SandboxedProcess], [], false,
            "it comes from who makes the host, and may run anywhere.", ""),
        PackageTrust.Verified => new(
            [IsolationMode.Process, IsolationMode.SandboxedProcess], [IsolationMode.InProcess], true,
            "its publisher is verified, and such plugins run in process, the host's own, only when that is accepted.",
            "Ask the publisher for a version that supports 'process'."),
        PackageTrust.Known => new(
            [IsolationMode.SandboxedProcess], [], false,
            "its publisher's key is known, but nobody has verified whose it is, and such plugins run in 'sandboxedProcess' alone.",
            "If you know the publisher, say \"trust\": \"verified\" of it in trust.json."),
        _ => new(
            [IsolationMode.Process, IsolationMode.SandboxedProcess], [IsolationMode.InProcess], false,
            "it is not signed, and such plugins run in the host's process only when that is asked for.", ""),
    };
}
