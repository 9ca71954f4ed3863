using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>Names the records of a preview, with what was said of their pairs. What is gone since is left out.</summary>
internal sealed class PreviewRecords(IReadOnlyDictionary<long, LineageNode> nodes, IReadOnlyList<PreviewLabel> labels)
{
    private readonly Dictionary<(long, long), bool> _labels = labels.ToDictionary(label => (label.Left, label.Right), label => label.IsSame);

    /// <summary>Every node that a preview names.</summary>
    public static IEnumerable<long> NodesOf(PreviewResult result)
    {
        ChangeForecast?[] changes = [result.Change, result.Other?.Change];
        var parts = changes.OfType<ChangeForecast>().SelectMany(change => change.Merges.Concat(change.Splits)).SelectMany(sample => sample.Before.Concat(sample.After)).SelectMany(part => part.Nodes);
        return parts.Concat(PairsOf(result).SelectMany(pair => pair)).Distinct();
    }

    /// <summary>Every pair that may be answered about.</summary>
    public static IEnumerable<IReadOnlyList<long>> PairsOf(PreviewResult result) =>
        result.Patterns.SelectMany(pattern => pattern.Examples).Concat(result.Strata.SelectMany(stratum => stratum.Pairs));

    /// <summary>Precision and recall as answers about the random pairs tell them.</summary>
    public static MeasuredQuality Measured(PreviewResult result, IReadOnlyList<PreviewLabel> labels)
    {
        // Rows stand for the nodes; all that counts is which pair is which.
        var rows = result.Strata.SelectMany(stratum => stratum.Pairs).SelectMany(pair => pair).Distinct().Order().Select((node, row) => (node, row)).ToDictionary(one => one.node, one => one.row);
        return MeasuredQuality.Of(
            [.. result.Strata.Select(stratum => new PairStratum(stratum.Name, stratum.IsTogether, stratum.Population, [.. stratum.Pairs.Select(pair => new[] { rows[pair[0]], rows[pair[1]] })]))],
            [.. labels.Where(label => rows.ContainsKey(label.Left) && rows.ContainsKey(label.Right)).Select(label => new PairAnswer(rows[label.Left], rows[label.Right], label.IsSame))]);
    }

    public ChangeResponse Of(ChangeForecast change) => new(
        change.ProfilesBefore,
        change.ProfilesAfter,
        change.Difference.Merges,
        change.Difference.Splits,
        change.Difference.RecordsMoved,
        change.Difference.PairsJoined,
        change.Difference.PairsParted,
        [.. change.Merges.Select(Of)],
        [.. change.Splits.Select(Of)]);

    public PatternResponse Of(AskedPattern asked)
    {
        var (question, pairs) = (asked.Question, Of(asked.Examples));
        return new(
            question.Levels,
            question.Pairs,
            question.Probability,
            question.BeforeLearning,
            question.Worth,
            pairs.Count(pair => pair.Verdict == VerdictWords.Same),
            pairs.Count(pair => pair.Verdict == VerdictWords.Different),
            pairs);
    }

    public IReadOnlyList<PairResponse> Of(IReadOnlyList<IReadOnlyList<long>> pairs) =>
    [
        .. pairs.Where(pair => nodes.ContainsKey(pair[0]) && nodes.ContainsKey(pair[1]))
            .Select(pair => new PairResponse(Reference(pair[0]), Reference(pair[1]), _labels.TryGetValue((pair[0], pair[1]), out var same) ? VerdictWords.Of(same) : null)),
    ];

    private ChangeSampleResponse Of(ChangeSample sample) => new(sample.Records, [.. sample.Before.Select(Of)], [.. sample.After.Select(Of)]);

    private ChangePartResponse Of(ChangePart part) => new(part.Profile, part.Records, [.. part.Nodes.Where(nodes.ContainsKey).Select(Reference)]);

    private RecordReference Reference(long node) => new(nodes[node].Stream, nodes[node].Key);
}
