using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Marks;

/// <summary>What the code of a version was doing in the host's process; what is left on disk when that process dies.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="Version">Its version.</param>
/// <param name="Trust">How far it was trusted.</param>
/// <param name="Phase">Where in its life the code was.</param>
/// <param name="Since">Since when it has been there, UTC.</param>
/// <param name="Boot">Which start of the machine that was; null where the system does not tell.</param>
internal sealed record Mark(string Id, string Version, PackageTrust Trust, MarkPhase Phase, DateTimeOffset Since, string? Boot)
{
    /// <summary>The calls that ran, abandoned ones included; the first few.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>How many ran in all.</summary>
    public int CallCount { get; init; }

    /// <summary>Whether code of it ran for sure, and was not merely in memory.</summary>
    internal bool IsBusy => Phase is MarkPhase.Loading or MarkPhase.Stopping || CallCount > 0;

    internal string Told => Phase switch
    {
        MarkPhase.Loading => $"{Id} {Version} was being loaded",
        MarkPhase.Stopping => $"{Id} {Version} was being stopped",
        _ when CallCount > 0 => $"{Id} {Version} was in {string.Join(", ", Calls)}{(CallCount > Calls.Count ? $" and {CallCount - Calls.Count} more calls" : "")}",
        MarkPhase.Stopped => $"{Id} {Version} was stopped, but still in memory",
        _ => $"{Id} {Version} ran, with no call open",
    };
}

/// <summary>Where in its life the code of a version is.</summary>
internal enum MarkPhase
{
    Loading = 0,
    Active = 1,
    Stopping = 2,

    /// <summary>Stopped, but not seen to leave memory: a thread of it may live on.</summary>
    Stopped = 3,
}

/// <summary>The last words of a process that an unhandled exception ends.</summary>
/// <param name="At">When.</param>
/// <param name="Culprits">The versions, <c>id version</c>, whose code is on the exception's stack.</param>
/// <param name="Message">The exception's first line, redacted.</param>
/// <param name="Detail">Its stack, redacted.</param>
internal sealed record FatalNote(DateTimeOffset At, IReadOnlyList<string> Culprits, string Message, string Detail);

/// <summary>A version that ended the host, and is not to run in its process again until a person says so.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="Version">The version.</param>
/// <param name="At">When that was found.</param>
/// <param name="Reason">For people.</param>
/// <param name="Evidence">What is known of how it came; null when nothing is.</param>
internal sealed record CrashRecord(string Id, string Version, DateTimeOffset At, string Reason, string? Evidence);

internal static class MarkJson
{
    internal static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
