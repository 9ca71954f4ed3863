namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The pairs worth comparing, compared: each once, with its pattern.</summary>
/// <param name="Pairs">The pairs, the smaller row in the upper half, in the order of the keys that found them.</param>
/// <param name="Patterns">Their patterns.</param>
internal sealed record Candidates(ulong[] Pairs, PatternSet Patterns)
{
    private const long PairsPerUnit = 200_000;

    /// <param name="keys">The groups.</param>
    /// <param name="levels">Compares two records.</param>
    /// <param name="alone">For each record the sources that it cannot share with another record of its person; null for none.</param>
    /// <param name="threads">The result is the same with any number.</param>
    /// <param name="cancellationToken">Looked at between units of some 200,000 pairs.</param>
    internal static Candidates Of(CandidateKeys keys, PairLevels levels, ulong[]? alone, int threads, CancellationToken cancellationToken)
    {
        var units = Units(keys);
        var done = new Unit[units.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(0, done.Length, parallel, () => new Scratch(), (i, _, scratch) =>
        {
            done[i] = Compare(keys, units[i], levels, alone, scratch);
            return scratch;
        }, _ => { });
        return Join(done, parallel);
    }

    // The groups of a key in parts of about the same number of pairs.
    private static List<(int Key, int From, int To)> Units(CandidateKeys keys)
    {
        var units = new List<(int, int, int)>();
        for (var key = 0; key < keys.Count; key++)
        {
            var ends = keys.Ends(key);
            var (from, pairs) = (0, 0L);
            for (var group = 0; group < ends.Length; group++)
            {
                var size = ends[group] - (group == 0 ? 0 : ends[group - 1]);
                pairs += size * (size - 1L) / 2;
                if (pairs >= PairsPerUnit || group == ends.Length - 1)
                {
                    units.Add((key, from, group + 1));
                    (from, pairs) = (group + 1, 0);
                }
            }
        }

        return units;
    }

    private static Unit Compare(CandidateKeys keys, (int Key, int From, int To) unit, PairLevels levels, ulong[]? alone, Scratch scratch)
    {
        var (pairs, places, numbers) = (new List<ulong>(), new List<int>(), new Dictionary<ulong, int>());
        var (rows, ends) = (keys.Rows(unit.Key), keys.Ends(unit.Key));
        for (var group = unit.From; group < unit.To; group++)
        {
            var end = ends[group];
            for (var i = group == 0 ? 0 : ends[group - 1]; i < end; i++)
            {
                var a = rows[i];
                for (var j = i + 1; j < end; j++)
                {
                    var b = rows[j];
                    if ((alone is not null && (alone[a] & alone[b]) != 0) || keys.AreMetBefore(unit.Key, a, b))
                    {
                        continue;
                    }

                    var pattern = levels.Pattern(a, b, scratch);
                    if (!numbers.TryGetValue(pattern, out var number))
                    {
                        number = numbers.Count;
                        numbers.Add(pattern, number);
                    }

                    pairs.Add(((ulong)(uint)a << 32) | (uint)b);
                    places.Add(number);
                }
            }
        }

        return new(pairs, places, numbers);
    }

    private static Candidates Join(Unit[] units, ParallelOptions parallel)
    {
        var patterns = units.SelectMany(unit => unit.Numbers.Keys).Distinct().Order().ToArray();
        var starts = new int[units.Length + 1];
        for (var i = 0; i < units.Length; i++)
        {
            starts[i + 1] = checked(starts[i] + units[i].Pairs.Count);
        }

        var (pairs, ofPair, counts) = (new ulong[starts[^1]], new int[starts[^1]], new long[patterns.Length]);
        var gate = new Lock();
        Parallel.For(0, units.Length, parallel, i =>
        {
            var (unit, start) = (units[i], starts[i]);
            var places = new int[unit.Numbers.Count];
            foreach (var (pattern, number) in unit.Numbers)
            {
                places[number] = Array.BinarySearch(patterns, pattern);
            }

            unit.Pairs.CopyTo(pairs, start);
            var own = new long[places.Length];
            for (var pair = 0; pair < unit.Places.Count; pair++)
            {
                ofPair[start + pair] = places[unit.Places[pair]];
                own[unit.Places[pair]]++;
            }

            units[i] = null!;
            lock (gate)
            {
                for (var number = 0; number < own.Length; number++)
                {
                    counts[places[number]] += own[number];
                }
            }
        });
        return new(pairs, new PatternSet(patterns, counts, ofPair));
    }

    private sealed record Unit(List<ulong> Pairs, List<int> Places, Dictionary<ulong, int> Numbers);
}
