using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Unification;

/// <summary>A field of a stream as mapped by the host.</summary>
public sealed record StreamField(string Name, DataType Type)
{
    /// <summary>The semantic type of the attribute that it is mapped to; null when nobody said it.</summary>
    public string? Semantic { get; init; }
}

/// <summary>Name and fields of a stream: all that validation needs.</summary>
public sealed record StreamSchema(string Name, IReadOnlyList<StreamField> Fields)
{
    /// <summary>Whether its records are the identities of an event source: their keys name them, <c>user_id/42</c>.</summary>
    public bool IsIdentities { get; init; }
}

/// <summary>One record.</summary>
/// <param name="Id">Node id, unique over all streams. Smaller means earlier.</param>
/// <param name="Key">Primary key within the stream.</param>
/// <param name="Values">One value for each field of the schema, in its order.</param>
public sealed record SourceNode(long Id, string Key, Value[] Values);

/// <summary>The records of one stream, in any order.</summary>
public sealed record SourceStream(StreamSchema Schema, IReadOnlyList<SourceNode> Nodes);

/// <summary>Everything a run works on.</summary>
public sealed record UnificationInput
{
    /// <summary>Streams in any order; the policy orders them. A stream that the policy does not name is an error.</summary>
    public required IReadOnlyList<SourceStream> Streams { get; init; }

    /// <summary>
    /// Asserted, identifier and denied edges that exist already. Policy edges among them are ignored: a run replaces them.
    /// </summary>
    public IReadOnlyList<MatchEdge> Edges { get; init; } = [];

    /// <summary>
    /// Policy edges that an earlier run found, to be taken in place of new ones: no rule is run. Null: the rules are run. Denied pairs and what is told
    /// in <see cref="Edges"/> hold before them as always. For the records of a few profiles, of which the rest of the data is not at hand.
    /// </summary>
    public IReadOnlyList<MatchEdge>? Found { get; init; }

    /// <summary>
    /// What an earlier run's matcher learnt: while policy, streams and records are near enough to what it was learnt for, the matcher decides by it.
    /// Null: it learns.
    /// </summary>
    public MatchModel? Model { get; init; }

    /// <summary>
    /// The last run by <see cref="Model"/>, or the one that learnt it: the matcher then compares only what changed since. The result is the same. Null: it
    /// compares all.
    /// </summary>
    public MatcherRun? Before { get; init; }

    /// <summary>Why the matcher should learn although there is a <see cref="Model"/>, or why there is none: <c>it was asked for</c>. Null: as the records say.</summary>
    public string? RefitBecause { get; init; }

    /// <summary>Nodes without a record (event identities). Each ends up in a profile even if nothing links it.</summary>
    public IReadOnlyList<long> OtherNodes { get; init; } = [];
}

/// <summary>Bounds of a run. They change what is refused, never what a completed rule finds.</summary>
public sealed record UnifierLimits
{
    /// <summary>Threads, 1 or more; 0 means as many as the machine has. The result is the same to the bit.</summary>
    public int Threads { get; init; }

    /// <summary>What the matcher may take of memory where its policy does not say, in MiB; null for no bound but the machine's.</summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>Where the matcher puts what does not fit into its memory. Must be there when there is a bound, here or in the policy.</summary>
    public ISpill? Spill { get; init; }

    /// <summary>
    /// Pairs that may be compared inside one block (records equal on all exact conditions, or all records if there is none).
    /// A block above it is left out and reported. Default 2 billion, some ten to twenty seconds on two cores.
    /// </summary>
    public long PairsPerBlock { get; init; } = 2_000_000_000;

    /// <summary>Pairs that one rule may compare over all its blocks before it is refused as a whole. Default 10 billion.</summary>
    public long PairsPerRule { get; init; } = 10_000_000_000;

    /// <summary>
    /// Pairs that a rule with neither an exact condition nor one of at least 0.80 may compare. Default 0: such a rule is refused.
    /// </summary>
    public long UnblockedPairs { get; init; }
}
