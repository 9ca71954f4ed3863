namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>Where an upgrade, or the way back from one, stands.</summary>
internal enum TrialStage
{
    /// <summary>State and settings are copied; plugins.json still wants the version before.</summary>
    Prepared,

    /// <summary>The new version is wanted, and watched.</summary>
    Probation,

    /// <summary>The way back has begun and is to be gone to its end.</summary>
    RollingBack,
}

/// <summary>What is known of an upgrade under way; kept in the store, so that it survives the host.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="From">The version before; where the way back leads.</param>
/// <param name="To">The version that is tried, or gone back from.</param>
/// <param name="Stage">Where it stands.</param>
/// <param name="Since">Since when it is tried.</param>
/// <param name="Actor">Who wanted it.</param>
internal sealed record PluginTrial(string Plugin, string From, string To, TrialStage Stage, DateTimeOffset Since, string Actor)
{
    /// <summary>What the runs before were like, by stream.</summary>
    public IReadOnlyDictionary<string, StreamBaseline> Streams { get; init; } = new Dictionary<string, StreamBaseline>(StringComparer.Ordinal);

    /// <summary>The connections whose check passed with the version before.</summary>
    public IReadOnlyList<string> Passed { get; init; } = [];

    /// <summary>The share of earlier runs that failed by the plugin's fault or the settings', 0 to 1.</summary>
    public double EarlierFailures { get; init; }

    /// <summary>Runs with the new version that succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>Runs with it that failed, but for what is the network's or the other side's.</summary>
    public int Failed { get; init; }

    /// <summary>Why it is to be gone back; null while it is not.</summary>
    public string? Verdict { get; init; }
}

/// <summary>What the runs of a stream were like before.</summary>
/// <param name="Runs">How many are behind the figures.</param>
/// <param name="MedianRead">Records of the run in the middle.</param>
/// <param name="LeastRead">Records of the smallest run.</param>
/// <param name="RejectedShare">Rejected records among all, 0 to 1.</param>
/// <param name="MedianRate">Records a second of the run in the middle, small runs left out; null when there were only such.</param>
internal sealed record StreamBaseline(int Runs, long MedianRead, long LeastRead, double RejectedShare, double? MedianRate = null);
