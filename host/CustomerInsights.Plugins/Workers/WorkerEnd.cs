using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>Why a worker was ended by the host; null where it ended by itself.</summary>
/// <param name="Reason">For people, as the end of "The worker … was ended: ".</param>
/// <param name="Wanted">True when it counts as no failure: idle, or the plugin is stopped.</param>
internal sealed record WorkerKill(string Reason, bool Wanted = false);

/// <summary>How a worker ended.</summary>
internal static class WorkerEnd
{
    /// <summary>The sentence for people.</summary>
    internal static string Message(string plugin, WorkerKill? kill, int? exitCode, string? lastWords) => kill is null
        ? string.Create(CultureInfo.InvariantCulture, $"The worker process of {plugin} ended by itself with {Spoken(exitCode)}{(lastWords is null ? "." : $": {lastWords}")}")
        : $"The worker process of {plugin} was ended: {kill.Reason}";

    /// <summary>What the running calls fail with: by the plugin's own fault unless the host ended it for somebody else's.</summary>
    internal static FailureKind KindOf(WorkerKill? kill) => kill is null ? FailureKind.Bug : FailureKind.Transient;

    private static string Spoken(int? exitCode) => exitCode switch
    {
        null => "an exit code that the system does not tell",
        134 => "exit code 134 (aborted)",
        137 => "exit code 137 (killed from outside, or by the system for want of memory)",
        139 => "exit code 139 (segmentation fault)",
        _ => string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}"),
    };
}
