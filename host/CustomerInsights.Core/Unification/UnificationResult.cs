using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Unification;

/// <summary>Why two nodes are, or are not, one person; in order of strength.</summary>
public enum EdgeKind
{
    /// <summary>Told to us: identify, alias, a steward's "same".</summary>
    Asserted = 0,

    /// <summary>A shared identifier within its limits.</summary>
    Identifier = 1,

    /// <summary>A rule, an always-match override, or the probabilistic matcher.</summary>
    Policy = 2,

    /// <summary>A steward's "different", never-match, an undone merge. A hard constraint.</summary>
    Denied = 3,
}

/// <summary>An edge between two nodes.</summary>
/// <param name="Left">For policy edges the node of the earlier stream, or the smaller id.</param>
/// <param name="Right">The other node.</param>
/// <param name="Kind">Why.</param>
/// <param name="Rule">Name of the rule, or of what asserted the edge.</param>
/// <param name="Score">0 to 1: the score of the weakest condition; 1 for exact and told ones.</param>
public readonly record struct MatchEdge(long Left, long Right, EdgeKind Kind, string Rule, double Score)
{
    /// <summary>Place of the rule in its policy; a smaller one is stronger among edges of equal kind and score.</summary>
    public int Rank { get; init; }

    /// <summary>Stream whose rules made the edge; empty for edges that no rule made.</summary>
    public string Stream { get; init; } = "";

    /// <summary>When it was told, by the event's own clock; null when that is not known, or nobody told it.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>The nodes of one profile, in ascending order of id.</summary>
public sealed record Cluster(IReadOnlyList<long> Nodes)
{
    /// <summary>The smallest node id; a new profile takes it as its first node.</summary>
    public long First => Nodes[0];
}

/// <summary>An edge that would have joined two nodes that are denied, or a profile beyond a limit of its identifiers.</summary>
/// <param name="Edge">The edge that was set aside.</param>
/// <param name="DeniedLeft">A node on one side; that of the edge where a limit was the reason.</param>
/// <param name="DeniedRight">The node on the other side that it must not meet.</param>
public readonly record struct RefusedEdge(MatchEdge Edge, long DeniedLeft, long DeniedRight)
{
    /// <summary>The limit that it would have exceeded; null where a denied pair was the reason.</summary>
    public LimitBreach? Limit { get; init; }
}

/// <summary>Outcome of a run.</summary>
public sealed record UnificationResult
{
    /// <summary>The policy edges of this run, ordered by rank, left, right. They replace all earlier policy edges.</summary>
    public required IReadOnlyList<MatchEdge> Edges { get; init; }

    /// <summary>Edges of shared identifiers, ordered by left, right. They replace all earlier ones. Empty without <see cref="UnificationPolicy.Identity"/>.</summary>
    public IReadOnlyList<MatchEdge> IdentifierEdges { get; init; } = [];

    /// <summary>Identifiers that join nobody, and why.</summary>
    public IReadOnlyList<Demotion> Demotions { get; init; } = [];

    /// <summary>Edges (of any kind) that a denied pair or a limit stopped.</summary>
    public required IReadOnlyList<RefusedEdge> Refused { get; init; }

    /// <summary>Profiles, ordered by first node.</summary>
    public required IReadOnlyList<MergedProfile> Profiles { get; init; }

    /// <summary>Nodes of streams without "include all" that matched nothing, and visitors of whom nothing is known where those are folded; ascending.</summary>
    public required IReadOnlyList<long> Dropped { get; init; }

    /// <summary>In match order.</summary>
    public required IReadOnlyList<StreamStatistics> Streams { get; init; }

    /// <summary>Every rule of the policy in order of rank: per stream its deduplication rules, then its matching rules.</summary>
    public required IReadOnlyList<RuleStatistics> Rules { get; init; }

    /// <summary>Columns of <see cref="MergedProfile.Values"/>: the attributes that are not excluded, groups last.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    /// <summary>Overrides that name a record which does not exist, as text for the job report.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What the matcher did; null without one.</summary>
    public MatcherReport? Matcher { get; init; }

    /// <summary>The matcher's part of the run, whole; null without a matcher.</summary>
    public MatcherRun? MatcherRun { get; init; }
}

/// <summary>What the matcher did in a run.</summary>
/// <param name="Fields">The fields that it compared, with the reason for their types.</param>
/// <param name="Compared">Pairs of records that it compared.</param>
/// <param name="Joins">Edges that it made: so many fewer clusters than the rules alone gave.</param>
/// <param name="Keys">What records had to have in common to be compared, and what each key cost.</param>
/// <param name="Junk">Values that were set aside as standing for "not known".</param>
public sealed record MatcherReport(
    IReadOnlyList<SuggestedField> Fields, long Compared, int Joins, IReadOnlyList<Linkage.KeyBill> Keys, IReadOnlyList<Linkage.JunkValue> Junk)
{
    /// <summary>Whether it learnt, and why; null when it compared nothing.</summary>
    public Linkage.Stored.ModelUse? Model { get; init; }

    /// <summary>Fields that tell nothing, and why.</summary>
    public IReadOnlyList<Linkage.UnusedField> Unused { get; init; } = [];

    /// <summary>Bytes that did not fit into the memory allowed and were on disk for the time of the run; 0 without a bound.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>Between two streams that have each person once: records that fit several others equally well, and were left apart.</summary>
    public int Tied { get; init; }
}

/// <summary>Counts of one stream. Distinct = Unique + Deduplicated; Unique = Matched + Unmatched; Dropped is a part of Unmatched.</summary>
/// <param name="Stream">Name.</param>
/// <param name="Records">Records read.</param>
/// <param name="Distinct">Distinct primary keys.</param>
/// <param name="Deduplicated">Distinct records that are not the first of their profile.</param>
/// <param name="Unique">Profiles, kept or dropped, that hold a record of this stream.</param>
/// <param name="Matched">Those that hold a record of another stream too.</param>
/// <param name="Unmatched">Those that do not.</param>
/// <param name="Dropped">Unmatched ones that became no profile.</param>
public sealed record StreamStatistics(
    string Stream, long Records, long Distinct, long Deduplicated, long Unique, long Matched, long Unmatched, long Dropped);

/// <summary>What became of a rule.</summary>
public enum RuleOutcome
{
    /// <summary>Ran and found every pair there is.</summary>
    Complete = 0,

    /// <summary>Ran, but left out blocks above the limit; see <see cref="RuleStatistics.PairsNotCompared"/>.</summary>
    Partial = 1,

    /// <summary>Did not run: it would compare too many pairs.</summary>
    Refused = 2,

    /// <summary>Kept but switched off.</summary>
    Inactive = 3,
}

/// <summary>Counts of one rule.</summary>
public sealed record RuleStatistics
{
    /// <summary>Name of the rule.</summary>
    public required string Rule { get; init; }

    /// <summary>Stream that it deduplicates or matches.</summary>
    public required string Stream { get; init; }

    /// <summary>True for a deduplication rule.</summary>
    public required bool Deduplication { get; init; }

    /// <summary>As in <see cref="MatchEdge.Rank"/>.</summary>
    public required int Rank { get; init; }

    /// <summary>What became of it.</summary>
    public required RuleOutcome Outcome { get; init; }

    /// <summary>Place, found, and remedy when partial or refused; otherwise null.</summary>
    public string? Reason { get; init; }

    /// <summary>How candidates were found: the conditions that led.</summary>
    public string Blocking { get; init; } = "";

    /// <summary>Pairs of distinct values (not records) that had to be looked at: the bill.</summary>
    public long Candidates { get; init; }

    /// <summary>Pairs that a refused or partial rule did not look at.</summary>
    public long PairsNotCompared { get; init; }

    /// <summary>Pairs of records for which the rule holds, exceptions taken off.</summary>
    public long Pairs { get; init; }

    /// <summary>Records of the stream that found a partner by this rule.</summary>
    public long Records { get; init; }

    /// <summary>
    /// In the order of the rule: pairs of records that reached the condition and satisfied it. Exact conditions come first,
    /// then the fuzzy ones, so that the counts form a funnel.
    /// </summary>
    public IReadOnlyList<ConditionStatistics> Conditions { get; init; } = [];
}

/// <summary>Pairs that satisfied one condition of a rule.</summary>
public sealed record ConditionStatistics(string Field, long Pairs);
