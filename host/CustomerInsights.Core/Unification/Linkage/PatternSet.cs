namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The distinct patterns of all candidates with how many pairs have each, and for each pair its pattern's place.</summary>
/// <param name="Patterns">The patterns, ascending.</param>
/// <param name="Counts">Pairs with each.</param>
/// <param name="OfPair">For each pair the place of its pattern.</param>
internal sealed record PatternSet(ulong[] Patterns, long[] Counts, int[] OfPair)
{
    internal static PatternSet Compare(PairLevels levels, ulong[] pairs, int threads)
    {
        // A part of the pairs a thread, in order; what each finds is brought to one numbering by the patterns themselves.
        var parts = Math.Max(1, Math.Min(threads * 4, pairs.Length / 1000));
        var found = new Dictionary<ulong, int>[parts];
        var ofPair = new int[pairs.Length];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            var (from, to) = Range(pairs.Length, parts, part);
            var scratch = new Scratch();
            var numbers = new Dictionary<ulong, int>();
            for (var i = from; i < to; i++)
            {
                var pattern = levels.Pattern((int)(pairs[i] >> 32), (int)(uint)pairs[i], scratch);
                if (!numbers.TryGetValue(pattern, out var number))
                {
                    number = numbers.Count;
                    numbers.Add(pattern, number);
                }

                ofPair[i] = number;
            }

            found[part] = numbers;
        });

        var patterns = found.SelectMany(numbers => numbers.Keys).Distinct().Order().ToArray();
        var counts = new long[parts][];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            var (from, to) = Range(pairs.Length, parts, part);
            var places = new int[found[part].Count];
            foreach (var (pattern, number) in found[part])
            {
                places[number] = Array.BinarySearch(patterns, pattern);
            }

            var own = new long[patterns.Length];
            for (var i = from; i < to; i++)
            {
                ofPair[i] = places[ofPair[i]];
                own[ofPair[i]]++;
            }

            counts[part] = own;
        });
        return new(patterns, [.. Enumerable.Range(0, patterns.Length).Select(i => counts.Sum(own => own[i]))], ofPair);
    }

    private static (int From, int To) Range(int count, int parts, int part) => ((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));
}
