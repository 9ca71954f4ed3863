using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What somebody says of two records.</summary>
/// <param name="A">A row, from 0.</param>
/// <param name="B">Another row.</param>
/// <param name="IsSame">Whether they are one.</param>
public readonly record struct PairAnswer(int A, int B, bool IsSame);

/// <summary>A pattern that is worth asking about: one answer tells of all its pairs.</summary>
/// <param name="Pattern">The pattern's number, in hexadecimal.</param>
/// <param name="Levels">For each field its level in words.</param>
/// <param name="Pairs">How many compared pairs have it.</param>
/// <param name="Probability">How likely such a pair is one by the model, 0 to 1.</param>
/// <param name="BeforeLearning">The same before anything was learnt, fields taken as independent.</param>
/// <param name="Worth">Pairs × entropy (0 to 1) × (0.1 + how far the two probabilities are apart).</param>
/// <param name="Examples">Pairs with this pattern, three at most; the rows of each.</param>
public sealed record PatternQuestion(string Pattern, IReadOnlyList<string> Levels, long Pairs, double Probability, double BeforeLearning, double Worth, IReadOnlyList<IReadOnlyList<int>> Examples);

/// <summary>Pairs drawn at random from all of one kind.</summary>
/// <param name="Name">The kind: <c>together</c>, <c>apart, evidence for</c>, <c>apart, evidence slightly against</c>.</param>
/// <param name="IsTogether">Whether the pairs are inside clusters.</param>
/// <param name="Population">How many pairs there are of the kind.</param>
/// <param name="Sample">Those drawn; the rows of each.</param>
public sealed record PairStratum(string Name, bool IsTogether, long Population, IReadOnlyList<IReadOnlyList<int>> Sample);

/// <summary>What to ask somebody: patterns so that the model learns most, random pairs so that measuring is honest.</summary>
public static class Questions
{
    private const int Examples = 3;

    // Pairs that are worth less are not at hand.
    private const double Kept = -4;

    /// <summary>The patterns most worth asking about.</summary>
    /// <param name="result">A run that compared something.</param>
    /// <param name="most">How many, 1 or more.</param>
    /// <returns>The worthiest first; only patterns of which an example is at hand.</returns>
    public static IReadOnlyList<PatternQuestion> Patterns(MatcherResult result, int most)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (result.Model is not { } model)
        {
            return [];
        }

        var examples = new Dictionary<int, List<int[]>>();
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            var list = examples.TryGetValue(result.Patterns.OfPair[i], out var known) ? known : examples[result.Patterns.OfPair[i]] = [];
            if (list.Count < Examples)
            {
                list.Add([(int)(result.Pairs[i] >> 32), (int)(uint)result.Pairs[i]]);
            }
        }

        var before = model.BeforeLearning();
        return
        [
            .. examples.Keys.Select(at =>
            {
                var (p, naive) = (Odds.Probability(model.Bits[at]), Odds.Probability(before(result.Patterns.Patterns[at])));
                return (at, p, naive, Worth: result.Patterns.Counts[at] * Odds.Entropy(p) * (0.1 + Math.Abs(p - naive)));
            }).OrderByDescending(one => one.Worth).ThenBy(one => one.at).Take(most).Select(one => new PatternQuestion(
                result.Patterns.Patterns[one.at].ToString("x", CultureInfo.InvariantCulture),
                [.. result.Fields.Select((field, i) => field.Levels[PairLevels.LevelOf(result.Patterns.Patterns[one.at], i)])],
                result.Patterns.Counts[one.at],
                one.p,
                one.naive,
                one.Worth,
                examples[one.at])),
        ];
    }

    /// <summary>Pairs at random, for honest figures.</summary>
    /// <param name="result">A run.</param>
    /// <param name="strictness">Average evidence in bits from which the run kept records together.</param>
    /// <param name="perStratum">Pairs to draw of each kind, 1 or more.</param>
    /// <param name="seed">The same seed draws the same pairs.</param>
    /// <returns>The kinds. Pairs below −4 bits and pairs between clusters that were never compared are in none: recall is measured among those at hand.</returns>
    public static IReadOnlyList<PairStratum> AtRandom(MatcherResult result, double strictness, int perStratum, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentOutOfRangeException.ThrowIfLessThan(perStratum, 1);
        var (likely, unlikely) = (new List<ulong>(), new List<ulong>());
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            var pair = result.Pairs[i];
            if (result.Clusters[(int)(pair >> 32)] != result.Clusters[(int)(uint)pair] && result.BitsOf(i) is >= Kept and var bits)
            {
                (bits > strictness ? likely : unlikely).Add(pair);
            }
        }

        return
        [
            Together(result.Clusters, perStratum, seed),
            Stratum("apart, evidence for", likely, perStratum, seed),
            Stratum("apart, evidence slightly against", unlikely, perStratum, seed),
        ];
    }

    // Those with the smallest hashes are a random sample without repetition.
    private static PairStratum Stratum(string name, List<ulong> pairs, int count, ulong seed) =>
        new(name, false, pairs.Count, [.. pairs.OrderBy(pair => TextHash.Mix(pair ^ TextHash.Mix(seed + 1))).Take(count).Select(pair => new[] { (int)(pair >> 32), (int)(uint)pair })]);

    // A pair's number among all pairs inside clusters is drawn, each number once.
    private static PairStratum Together(int[] clusters, int count, ulong seed)
    {
        var groups = clusters.Select((cluster, row) => (cluster, row)).GroupBy(one => one.cluster, one => one.row).Select(group => group.ToArray()).Where(group => group.Length > 1).ToArray();
        var ends = new long[groups.Length];
        var all = 0L;
        for (var i = 0; i < groups.Length; i++)
        {
            ends[i] = all += groups[i].Length * (groups[i].Length - 1L) / 2;
        }

        var drawn = new HashSet<long>();
        var state = TextHash.Mix(seed + 1);
        while (drawn.Count < Math.Min(count, all))
        {
            state += 0x9E3779B97F4A7C15UL;
            drawn.Add((long)(TextHash.Mix(state) % (ulong)all));
        }

        return new("together", true, all, [.. drawn.Select(number =>
        {
            var at = Array.BinarySearch(ends, number + 1) is var found && found >= 0 ? found : ~found;
            var left = number - (at == 0 ? 0 : ends[at - 1]);
            var first = 0;
            while (left >= groups[at].Length - 1 - first)
            {
                left -= groups[at].Length - 1 - first++;
            }

            return new[] { groups[at][first], groups[at][first + 1 + (int)left] };
        })]);
    }
}
