using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Unification;

/// <summary>The matcher's part of a unification run, whole: for explaining it, for a preview, for the doubts to ask about. Large; keep few.</summary>
public sealed class MatcherRun
{
    // Made when the first node is asked for: most runs are asked for none.
    private readonly Lazy<Dictionary<long, int>> _rows;
    private readonly HashSet<(int, int)> _apart;

    internal MatcherRun(MatcherResult result, MatcherOptions options, IReadOnlyList<long> nodes, IReadOnlyList<SuggestedField> fields)
    {
        (Result, Options, Nodes, Fields) = (result, options, nodes, fields);
        _rows = new(() => nodes.Select((node, row) => (node, row)).ToDictionary(one => one.node, one => one.row));
        _apart = [.. options.Apart.Select(pair => Groups(pair.A, pair.B))];
    }

    /// <summary>What the matcher found. Its clusters are those of the run, of rows.</summary>
    public MatcherResult Result { get; }

    /// <summary>The options that it ran with: what the rules joined, what is denied, the strictness.</summary>
    public MatcherOptions Options { get; }

    /// <summary>For each row its node.</summary>
    public IReadOnlyList<long> Nodes { get; }

    /// <summary>The fields that were compared, with the reason for their types.</summary>
    public IReadOnlyList<SuggestedField> Fields { get; }

    /// <summary>False when there was nothing to compare: then nothing can be explained or expected.</summary>
    public bool HasModel => Result.HasModel;

    /// <summary>What the matcher decided by, to be stored and given to the next run; null when there was nothing to compare.</summary>
    public MatchModel? ToModel() => MatchModel.Of(Result, Mark);

    /// <summary>What the model was learnt for.</summary>
    internal string Mark { get; init; } = "";

    /// <summary>The row of a node, or null when the run did not have it.</summary>
    /// <param name="node">A node.</param>
    public int? RowOf(long node) => _rows.Value.TryGetValue(node, out var row) ? row : null;

    /// <summary>Whether rules or people made two rows one before the matcher began.</summary>
    /// <param name="a">A row, from 0.</param>
    /// <param name="b">Another.</param>
    public bool IsCertain(int a, int b) => Options.Together is { } together && together[a] >= 0 && together[a] == together[b];

    /// <summary>Whether two rows, or what they are certainly one with, are held apart: a verdict, an undone merge, the policy's <c>never</c>.</summary>
    /// <param name="a">A row, from 0.</param>
    /// <param name="b">Another.</param>
    public bool IsHeldApart(int a, int b) => _apart.Contains(Groups(a, b));

    // A row without a group is one of its own; its number lies below all groups.
    private (int, int) Groups(int a, int b)
    {
        int Group(int row) => Options.Together is { } together && together[row] >= 0 ? together[row] : -1 - row;
        var (one, other) = (Group(a), Group(b));
        return (Math.Min(one, other), Math.Max(one, other));
    }
}
