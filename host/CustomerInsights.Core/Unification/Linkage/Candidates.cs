using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The pairs worth comparing, compared: each once. All are counted by their patterns; kept are those that may turn out to be matches, since most
/// are far from it.
/// </summary>
internal sealed class Candidates
{
    private const long PairsPerUnit = 16_000;

    // Kept is what agrees at least as two random records do, less so many bits. What is kept too little is fetched again when the model is known.
    private const double Margin = 3;

    private readonly CandidateKeys _keys;
    private readonly PairLevels _levels;
    private readonly ulong[]? _alone;
    private readonly Func<ulong, double> _naive;
    private readonly double _kept;
    private readonly PairStore _store;
    private readonly ParallelOptions _parallel;

    // Patterns are numbered as they come; the numbers in the store are these.
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<(ulong Pattern, long Count)> _met = [];
    private int[] _places = [];

    /// <param name="keys">The groups.</param>
    /// <param name="levels">Compares two records.</param>
    /// <param name="alone">For each record the sources that it cannot share with another record of its person; null for none.</param>
    /// <param name="naive">The evidence of a pattern before anything is learnt, in bits.</param>
    /// <param name="random">The evidence for two records drawn at random, in bits.</param>
    /// <param name="store">Where the pairs go that are kept.</param>
    /// <param name="parallel">The result is the same with any number of threads. Cancellation is looked at every some 16,000 pairs.</param>
    internal Candidates(CandidateKeys keys, PairLevels levels, ulong[]? alone, Func<ulong, double> naive, double random, PairStore store, ParallelOptions parallel)
    {
        (_keys, _levels, _alone, _naive, _kept, _store, _parallel) = (keys, levels, alone, naive, random - Margin, store, parallel);
        Compare(pattern => naive(pattern) >= _kept, isCounted: true);
        var order = Enumerable.Range(0, _met.Count).OrderBy(number => _met[number].Pattern).ToArray();
        _places = new int[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            _places[order[place]] = place;
        }

        Patterns = new([.. order.Select(number => _met[number].Pattern)], [.. order.Select(number => _met[number].Count)], []);
    }

    /// <summary>The patterns of all pairs.</summary>
    internal PatternSet Patterns { get; }

    /// <summary>The pairs that are worth at least so much, now that this is known; those are compared again that were not kept.</summary>
    /// <param name="bits">The evidence of each pattern.</param>
    /// <param name="least">What is needed in any case.</param>
    /// <param name="atHand">What else to give of the pairs that were kept.</param>
    /// <returns>The pairs, the smaller row in the upper half, in the order of the keys that found them, and with the patterns of each.</returns>
    internal (ulong[] Pairs, PatternSet Patterns) Worth(double[] bits, double least, double atHand)
    {
        var missing = new HashSet<ulong>();
        for (var i = 0; i < bits.Length; i++)
        {
            if (bits[i] >= least && _naive(Patterns.Patterns[i]) < _kept)
            {
                missing.Add(Patterns.Patterns[i]);
            }
        }

        if (missing.Count > 0)
        {
            Compare(missing.Contains, isCounted: false);
        }

        var isWorth = Array.ConvertAll(_places, place => bits[place] >= Math.Min(least, atHand));
        var count = 0;
        _store.ForEach((_, numbers) =>
        {
            foreach (var number in numbers)
            {
                count = checked(count + (isWorth[number] ? 1 : 0));
            }
        });
        var (pairs, ofPair, at) = (new ulong[count], new int[count], 0);
        _store.ForEach((own, numbers) =>
        {
            for (var i = 0; i < own.Length; i++)
            {
                if (isWorth[numbers[i]])
                {
                    (pairs[at], ofPair[at++]) = (own[i], _places[numbers[i]]);
                }
            }
        });
        return (pairs, Patterns with { OfPair = ofPair });
    }

    private void Compare(Func<ulong, bool> keep, bool isCounted)
    {
        var rooms = new ConcurrentBag<CompareRoom>();
        var groups = _keys.Count == 0 ? null : _keys.Take(0);
        for (var key = 0; groups is not null; key++)
        {
            var (current, at, units, next) = (groups, key, Units(groups.Ends), -2);
            var inOrder = new InOrder<CompareRoom>(units.Count, room =>
            {
                Note(room, isCounted);
                rooms.Add(room);
            });
            groups = null;

            // The groups of the next key are made while the pairs of this one are compared; a pair looks at the keys before its own alone.
            Together(() =>
            {
                for (var i = Interlocked.Increment(ref next); i < units.Count; i = Interlocked.Increment(ref next))
                {
                    _parallel.CancellationToken.ThrowIfCancellationRequested();
                    if (i >= 0)
                    {
                        var room = rooms.TryTake(out var used) ? used : new CompareRoom();
                        Compare(at, current, units[i], keep, room);
                        inOrder.Done(i, room);
                    }
                    else if (at + 1 < _keys.Count)
                    {
                        groups = _keys.Take(at + 1);
                    }
                }
            });
        }
    }

    // The same work on each thread, until none is left.
    private void Together(Action work)
    {
        try
        {
            Parallel.For(0, _parallel.MaxDegreeOfParallelism < 1 ? Environment.ProcessorCount : _parallel.MaxDegreeOfParallelism, _parallel, _ => work());
        }
        catch (AggregateException error) when (error.Flatten().InnerExceptions.OfType<SpillException>().FirstOrDefault() is { } spill)
        {
            throw new SpillException(spill.Message, spill);
        }
    }

    // The groups of a key in parts of about the same number of pairs.
    private static List<(int From, int To)> Units(ReadOnlySpan<int> ends)
    {
        var units = new List<(int, int)>();
        var (from, pairs) = (0, 0L);
        for (var group = 0; group < ends.Length; group++)
        {
            var size = ends[group] - (group == 0 ? 0 : ends[group - 1]);
            pairs += size * (size - 1L) / 2;
            if (pairs >= PairsPerUnit || group == ends.Length - 1)
            {
                units.Add((from, group + 1));
                (from, pairs) = (group + 1, 0);
            }
        }

        return units;
    }

    private void Compare(int key, TakenGroups groups, (int From, int To) unit, Func<ulong, bool> keep, CompareRoom room)
    {
        room.Clear();
        var rows = groups.Rows;
        var ends = groups.Ends;
        for (var group = unit.From; group < unit.To; group++)
        {
            var end = ends[group];
            for (var i = group == 0 ? 0 : ends[group - 1]; i < end; i++)
            {
                var a = rows[i];
                for (var j = i + 1; j < end; j++)
                {
                    var b = rows[j];
                    if ((_alone is null || (_alone[a] & _alone[b]) == 0) && _keys.MeetFirst(key, a, b))
                    {
                        room.Add(((ulong)(uint)a << 32) | (uint)b, _levels.Pattern(a, b, room.Scratch), keep);
                    }
                }
            }
        }
    }

    // One unit after the other, in the order of the groups.
    private void Note(CompareRoom room, bool isCounted)
    {
        Span<int> numbers = room.Patterns.Length <= 1024 ? stackalloc int[room.Patterns.Length] : new int[room.Patterns.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var (pattern, count, _) = room.Patterns[i];
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, pattern, out var isKnown);
            if (!isKnown)
            {
                number = _met.Count;
                _met.Add((pattern, 0));
            }

            numbers[i] = number;
            CollectionsMarshal.AsSpan(_met)[number].Count += isCounted ? count : 0;
        }

        var pairs = room.Pairs;
        var places = room.Places;
        for (var i = 0; i < pairs.Length; i++)
        {
            _store.Add(pairs[i], numbers[places[i]]);
        }
    }
}
