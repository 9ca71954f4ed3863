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
    private readonly ParallelOptions _parallel;

    /// <param name="keys">The groups.</param>
    /// <param name="levels">Compares two records.</param>
    /// <param name="alone">For each record the sources that it cannot share with another record of its person; null for none.</param>
    /// <param name="naive">The evidence of a pattern before anything is learnt, in bits.</param>
    /// <param name="random">The evidence for two records drawn at random, in bits.</param>
    /// <param name="parallel">The result is the same with any number of threads. Cancellation is looked at every some 16,000 pairs.</param>
    internal Candidates(CandidateKeys keys, PairLevels levels, ulong[]? alone, Func<ulong, double> naive, double random, ParallelOptions parallel)
    {
        (_keys, _levels, _alone, _naive, _kept, _parallel) = (keys, levels, alone, naive, random - Margin, parallel);
        var done = Compare(pattern => naive(pattern) >= _kept);
        var patterns = done.SelectMany(unit => unit.Patterns).Distinct().Order().ToArray();
        var counts = new long[patterns.Length];
        foreach (var unit in done)
        {
            for (var i = 0; i < unit.Patterns.Length; i++)
            {
                counts[Array.BinarySearch(patterns, unit.Patterns[i])] += unit.Counts[i];
            }
        }

        (Pairs, var ofPair) = Join(done, patterns);
        Patterns = new(patterns, counts, ofPair);
    }

    /// <summary>The kept pairs, the smaller row in the upper half, in the order of the keys that found them.</summary>
    internal ulong[] Pairs { get; private set; }

    /// <summary>The patterns of all pairs, and of each kept one its own.</summary>
    internal PatternSet Patterns { get; private set; }

    /// <summary>Fetches the pairs that were not kept although they are worth at least so much, now that this is known.</summary>
    /// <param name="bits">The evidence of each pattern.</param>
    /// <param name="least">What to keep.</param>
    internal void Complete(double[] bits, double least)
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
            var (pairs, ofPair) = Join(Compare(missing.Contains), Patterns.Patterns);
            (Pairs, Patterns) = ([.. Pairs, .. pairs], Patterns with { OfPair = [.. Patterns.OfPair, .. ofPair] });
        }
    }

    private List<Unit> Compare(Func<ulong, bool> keep)
    {
        var done = new List<Unit>();
        var rooms = new ConcurrentBag<Room>();
        var groups = _keys.Count == 0 ? null : _keys.Take(0);
        for (var key = 0; groups is not null; key++)
        {
            var (current, at, units) = (groups, key, Units(groups.Ends));
            var own = new Unit[units.Count];
            groups = null;

            // The groups of the next key are made while the pairs of this one are compared; a pair looks at the keys before its own alone.
            Parallel.For(-1, own.Length, _parallel, () => rooms.TryTake(out var room) ? room : new Room(), (i, _, room) =>
            {
                if (i >= 0)
                {
                    own[i] = Compare(at, current, units[i], keep, room);
                }
                else if (at + 1 < _keys.Count)
                {
                    groups = _keys.Take(at + 1);
                }

                return room;
            }, rooms.Add);
            done.AddRange(own);
        }

        return done;
    }

    // The groups of a key in parts of about the same number of pairs.
    private static List<(int From, int To)> Units(int[] ends)
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

    private Unit Compare(int key, TakenGroups groups, (int From, int To) unit, Func<ulong, bool> keep, Room room)
    {
        room.Clear();
        var (rows, ends) = (groups.Rows, groups.Ends);
        for (var group = unit.From; group < unit.To; group++)
        {
            var end = ends[group];
            for (var i = group == 0 ? 0 : ends[group - 1]; i < end; i++)
            {
                var a = rows[i];
                for (var j = i + 1; j < end; j++)
                {
                    var b = rows[j];
                    if ((_alone is null || (_alone[a] & _alone[b]) == 0) && !_keys.AreMetBefore(key, a, b))
                    {
                        room.Add(((ulong)(uint)a << 32) | (uint)b, _levels.Pattern(a, b, room.Scratch), keep);
                    }
                }
            }
        }

        return room.Take();
    }

    private (ulong[] Pairs, int[] OfPair) Join(List<Unit> units, ulong[] patterns)
    {
        var starts = new int[units.Count + 1];
        for (var i = 0; i < units.Count; i++)
        {
            starts[i + 1] = checked(starts[i] + units[i].Pairs.Length);
        }

        var (pairs, ofPair) = (new ulong[starts[^1]], new int[starts[^1]]);
        Parallel.For(0, units.Count, _parallel, i =>
        {
            var (unit, start) = (units[i], starts[i]);
            var places = Array.ConvertAll(unit.Patterns, pattern => Array.BinarySearch(patterns, pattern));
            unit.Pairs.CopyTo(pairs, start);
            for (var pair = 0; pair < unit.Places.Length; pair++)
            {
                ofPair[start + pair] = places[unit.Places[pair]];
            }

            units[i] = null!;
        });
        return (pairs, ofPair);
    }

    // What a part of the groups gave; a pair's place is that of its pattern among the unit's own.
    private sealed record Unit(ulong[] Pairs, int[] Places, ulong[] Patterns, long[] Counts);

    // What a thread fills again for each unit.
    private sealed class Room
    {
        private readonly List<ulong> _pairs = [];
        private readonly List<int> _places = [];
        private readonly Dictionary<ulong, int> _numbers = [];
        private readonly List<(ulong Pattern, long Count, bool IsKept)> _patterns = [];

        internal Scratch Scratch { get; } = new();

        internal void Clear()
        {
            _pairs.Clear();
            _places.Clear();
            _numbers.Clear();
            _patterns.Clear();
        }

        internal void Add(ulong pair, ulong pattern, Func<ulong, bool> keep)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, pattern, out var isKnown);
            if (!isKnown)
            {
                number = _patterns.Count;
                _patterns.Add((pattern, 0, keep(pattern)));
            }

            ref var own = ref CollectionsMarshal.AsSpan(_patterns)[number];
            own.Count++;
            if (own.IsKept)
            {
                _pairs.Add(pair);
                _places.Add(number);
            }
        }

        internal Unit Take() => new([.. _pairs], [.. _places], [.. _patterns.Select(one => one.Pattern)], [.. _patterns.Select(one => one.Count)]);
    }
}
