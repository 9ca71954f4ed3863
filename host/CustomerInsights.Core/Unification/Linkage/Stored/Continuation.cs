using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>
/// What a run by a model would compare, from what an earlier run by the same model compared: pairs of rows that did not change stay as they are, as long as no group
/// outgrows what is compared. The same pairs with the same evidence, and the same counts.
/// </summary>
internal sealed class Continuation
{
    // With more changes than this part of the rows, comparing all is as fast.
    private const double Most = 0.1;

    private Continuation(ulong[] pairs, PatternSet patterns, KeyBill[] bill, int changed) => (Pairs, Patterns, Bill, Changed) = (pairs, patterns, bill, changed);

    /// <summary>The pairs that are worth at least what is kept, the smaller row in the upper half.</summary>
    internal ulong[] Pairs { get; }

    /// <summary>The patterns of all pairs, and of each kept one its own.</summary>
    internal PatternSet Patterns { get; }

    /// <summary>What each key costs; the largest group is that of before where it shrank.</summary>
    internal KeyBill[] Bill { get; }

    /// <summary>Rows that were compared anew.</summary>
    internal int Changed { get; }

    /// <summary>Goes on from an earlier run.</summary>
    /// <param name="before">The earlier run.</param>
    /// <param name="run">The run now, as far as it is: fields, levels, model; its keys in <see cref="MatcherResult.Learnt"/>.</param>
    /// <param name="codes">The codes of its parts.</param>
    /// <param name="least">Evidence of the pairs to keep, in bits.</param>
    /// <param name="parallel">The result is the same with any number of threads.</param>
    /// <returns>Null where all is to be compared: much changed, a group outgrew what is compared, or the earlier run is not of the same model.</returns>
    internal static Continuation? Of(RunBefore before, MatcherResult run, PartCodes codes, double least, ParallelOptions parallel)
    {
        var (then, learnt) = (before.Run, run.Learnt!);
        if (then.Learnt is null || !then.Learnt.Keys.Select(key => key.Name).SequenceEqual(learnt.Keys.Select(key => key.Name), StringComparer.Ordinal)
            || !then.Fields.Select(field => field.Column.Name).SequenceEqual(run.Fields.Select(field => field.Column.Name), StringComparer.Ordinal))
        {
            return null;
        }

        var rows = ChangedRows.Of(before, Array.ConvertAll(run.Fields, field => field.Column), parallel);
        if (rows.Now.Length + rows.Then.Length > Most * rows.Before.Length)
        {
            return null;
        }

        var groups = new ChangedGroups(then, rows, codes);
        var changed = new ChangedPairs?[learnt.Keys.Length];
        Parallel.For(0, changed.Length, parallel, key => changed[key] = groups.Of(key, learnt.Keys[key], learnt.TooLarge[key]));
        if (Array.Exists(changed, one => one is null))
        {
            return null;
        }

        var counts = new SortedDictionary<ulong, long>();
        for (var i = 0; i < then.Patterns.Patterns.Length; i++)
        {
            counts.Add(then.Patterns.Patterns[i], then.Patterns.Counts[i]);
        }

        foreach (var (_, pattern) in Compared(changed.SelectMany(one => one!.Gone), then))
        {
            counts[pattern]--;
        }

        var (kept, patterns, bits) = (new List<ulong>(), new List<ulong>(), new Dictionary<ulong, double>());
        for (var i = 0; i < then.Pairs.Length; i++)
        {
            var (a, b) = (rows.After[(int)(then.Pairs[i] >> 32)], rows.After[(int)(uint)then.Pairs[i]]);
            if (a >= 0 && b >= 0 && then.BitsOf(i) >= least)
            {
                kept.Add(ChangedGroups.Pair(a, b));
                patterns.Add(then.Patterns.Patterns[then.Patterns.OfPair[i]]);
            }
        }

        foreach (var (pair, pattern) in Compared(changed.SelectMany(one => one!.Came), run))
        {
            counts[pattern] = counts.GetValueOrDefault(pattern) + 1;
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(bits, pattern, out var isKnown);
            own = isKnown ? own : run.Model!.BitsOf(pattern);
            if (own >= least)
            {
                kept.Add(pair);
                patterns.Add(pattern);
            }
        }

        ulong[] left = [.. counts.Where(one => one.Value > 0).Select(one => one.Key)];
        return new(
            [.. kept],
            new(left, Array.ConvertAll(left, pattern => counts[pattern]), [.. patterns.Select(pattern => Array.BinarySearch(left, pattern))]),
            Array.ConvertAll(changed, one => one!.Bill),
            rows.Now.Length + rows.Then.Length);
    }

    // Each pair once, with its pattern; without those of sources that have each person once.
    private static IEnumerable<(ulong Pair, ulong Pattern)> Compared(IEnumerable<ulong> pairs, MatcherResult run)
    {
        var (scratch, alone) = (new Scratch(), run.Learnt!.Constraints.Alone);
        foreach (var pair in pairs.ToHashSet().Order())
        {
            var (a, b) = ((int)(pair >> 32), (int)(uint)pair);
            if (alone is null || (alone[a] & alone[b]) == 0)
            {
                yield return (pair, run.Levels!.Pattern(a, b, scratch));
            }
        }
    }
}
