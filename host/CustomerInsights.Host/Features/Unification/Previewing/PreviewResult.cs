using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>What a policy would do, as it is stored: records are named by node and looked up when somebody reads it.</summary>
internal sealed record PreviewResult
{
    /// <summary>When the records were read.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The policy.</summary>
    public required PolicyForecast Policy { get; init; }

    /// <summary>What would become of the profiles that there are.</summary>
    public required ChangeForecast Change { get; init; }

    /// <summary>The policy that it is compared with; null when it was compared with none.</summary>
    public OtherPolicy? Other { get; init; }

    /// <summary>The patterns of agreement most worth asking about.</summary>
    public IReadOnlyList<AskedPattern> Patterns { get; init; } = [];

    /// <summary>Pairs drawn at random, for honest figures.</summary>
    public IReadOnlyList<AskedStratum> Strata { get; init; } = [];
}

/// <summary>The policy that one is compared with, on the same records.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Policy">It itself.</param>
/// <param name="Forecast">What it would do.</param>
/// <param name="Change">What the previewed policy changes of what this one makes.</param>
internal sealed record OtherPolicy(string Hash, UnificationPolicy Policy, PolicyForecast Forecast, ChangeForecast Change);

/// <summary>What one policy makes of the records.</summary>
/// <param name="Records">Records read.</param>
/// <param name="Profiles">Profiles that it makes.</param>
/// <param name="Joined">Records in profiles of two or more records.</param>
/// <param name="Largest">Records in the largest profile.</param>
/// <param name="Streams">Counts by stream.</param>
/// <param name="Rules">Counts by rule.</param>
/// <param name="Curve">What another strictness would give; empty where nothing is expected.</param>
/// <param name="Warnings">What people should look at.</param>
/// <param name="Matcher">What the matcher did; absent without one.</param>
/// <param name="Expected">How right the matcher is likely to be, told without labels; absent without a matcher, or when it had nothing to compare.</param>
public sealed record PolicyForecast(
    long Records,
    int Profiles,
    long Joined,
    int Largest,
    IReadOnlyList<StreamStatistics> Streams,
    IReadOnlyList<RuleStatistics> Rules,
    IReadOnlyList<StrictnessPoint> Curve,
    IReadOnlyList<string> Warnings,
    MatcherSummary? Matcher = null,
    ExpectedQuality? Expected = null);

/// <summary>What would become of profiles.</summary>
/// <param name="ProfilesBefore">Profiles before.</param>
/// <param name="ProfilesAfter">Profiles after.</param>
/// <param name="Difference">The counts.</param>
/// <param name="Merges">The largest profiles that would come together.</param>
/// <param name="Splits">The largest that would fall apart.</param>
internal sealed record ChangeForecast(int ProfilesBefore, int ProfilesAfter, ClusterDifference Difference, IReadOnlyList<ChangeSample> Merges, IReadOnlyList<ChangeSample> Splits);

/// <summary>One merge or split.</summary>
/// <param name="Records">Records concerned.</param>
/// <param name="Before">The parts before.</param>
/// <param name="After">The parts after.</param>
internal sealed record ChangeSample(int Records, IReadOnlyList<ChangePart> Before, IReadOnlyList<ChangePart> After);

/// <summary>A cluster of a sample.</summary>
/// <param name="Records">Its records.</param>
/// <param name="Nodes">Some of them.</param>
/// <param name="Profile">The profile's id, where it has one.</param>
internal sealed record ChangePart(int Records, IReadOnlyList<long> Nodes, string? Profile = null);

/// <summary>A pattern to ask about.</summary>
/// <param name="Question">The pattern; its examples are left out.</param>
/// <param name="Examples">Pairs of nodes.</param>
internal sealed record AskedPattern(PatternQuestion Question, IReadOnlyList<IReadOnlyList<long>> Examples);

/// <summary>Pairs drawn at random of one kind.</summary>
/// <param name="Name">The kind.</param>
/// <param name="IsTogether">Whether they are inside clusters.</param>
/// <param name="Population">How many there are.</param>
/// <param name="Pairs">Pairs of nodes.</param>
internal sealed record AskedStratum(string Name, bool IsTogether, long Population, IReadOnlyList<IReadOnlyList<long>> Pairs);
