namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Brings records together by average link: of all pairs of clusters the one whose records agree most on average joins first, until the
/// average evidence is against. A pair that was never a candidate counts as slight evidence against, and one that speaks against no more than
/// that: what a pair lacks is often a value that was typed wrongly, not another person. One wrong edge between two people
/// is outvoted, where connected components would merge them.
/// </summary>
internal static class AverageLink
{
    private const double Most = 6;
    private const double Unseen = -1;
    internal const double Floor = -1;

    /// <summary>Clusters the records.</summary>
    /// <param name="rows">How many records there are.</param>
    /// <param name="pairs">The candidates, the smaller row in the upper half, ascending.</param>
    /// <param name="bits">The evidence of each.</param>
    /// <param name="stop">The average evidence, in bits, at which to stop.</param>
    /// <param name="rowHashes">A number for each record that depends on its values alone: what decides between equals.</param>
    /// <param name="alone">For each record the sources, one bit each, of which a cluster holds one record at most; null for none.</param>
    /// <param name="threads">The result is the same with any number.</param>
    /// <returns>For each record the smallest row of its cluster.</returns>
    internal static int[] Cluster(int rows, ulong[] pairs, double[] bits, double stop, ulong[] rowHashes, ulong[]? alone, int threads)
    {
        var sets = new ConstrainedUnionFind(rows);
        var edges = new List<int>();
        for (var i = 0; i < pairs.Length; i++)
        {
            if (bits[i] > Floor + stop)
            {
                edges.Add(i);
                sets.Union((int)(pairs[i] >> 32), (int)(uint)pairs[i]);
            }
        }

        var components = edges.GroupBy(edge => sets.Find((int)(pairs[edge] >> 32))).Select(group => group.ToArray()).ToArray();
        var result = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            result[i] = i;
        }

        // Components share no record, so the threads write to places of their own.
        Parallel.ForEach(components, new ParallelOptions { MaxDegreeOfParallelism = threads }, component => Agglomerate(component, pairs, bits, stop, rowHashes, alone, result));
        return result;
    }

    private static void Agglomerate(int[] edges, ulong[] pairs, double[] bits, double stop, ulong[] rowHashes, ulong[]? alone, int[] result)
    {
        var members = edges.SelectMany(edge => new[] { (int)(pairs[edge] >> 32), (int)(uint)pairs[edge] }).Distinct().OrderBy(row => rowHashes[row]).ThenBy(row => row).ToArray();
        var place = new Dictionary<int, int>(members.Length);
        for (var i = 0; i < members.Length; i++)
        {
            place.Add(members[i], i);
        }

        // What is known between two clusters: the sum of the evidence above that of an unseen pair.
        var links = members.Select(_ => new Dictionary<int, double>()).ToArray();
        foreach (var edge in edges)
        {
            var (a, b) = (place[(int)(pairs[edge] >> 32)], place[(int)(uint)pairs[edge]]);
            var weight = Math.Clamp(bits[edge] - stop, -Most, Most) - Unseen;
            links[a][b] = weight;
            links[b][a] = weight;
        }

        var sources = Array.ConvertAll(members, row => alone is null ? 0 : alone[row]);
        var size = Enumerable.Repeat(1, members.Length).ToArray();
        var version = new int[members.Length];
        var queue = new PriorityQueue<(int A, int B, int VersionA, int VersionB), (double, int, int)>();
        void Offer(int a, int b)
        {
            (a, b) = a < b ? (a, b) : (b, a);
            if ((sources[a] & sources[b]) != 0)
            {
                return;
            }

            var average = (links[a][b] / ((double)size[a] * size[b])) + Unseen;
            if (average > 0)
            {
                queue.Enqueue((a, b, version[a], version[b]), (-average, a, b));
            }
        }

        for (var a = 0; a < members.Length; a++)
        {
            foreach (var b in links[a].Keys.Where(b => b > a))
            {
                Offer(a, b);
            }
        }

        var parent = Enumerable.Range(0, members.Length).ToArray();
        while (queue.TryDequeue(out var next, out _))
        {
            var (a, b) = (next.A, next.B);
            if (version[a] != next.VersionA || version[b] != next.VersionB)
            {
                continue;
            }

            parent[b] = a;
            links[a].Remove(b);
            foreach (var (other, weight) in links[b])
            {
                if (other == a)
                {
                    continue;
                }

                var sum = weight + links[a].GetValueOrDefault(other);
                links[a][other] = sum;
                links[other][a] = sum;
                links[other].Remove(b);
            }

            links[b] = [];
            size[a] += size[b];
            sources[a] |= sources[b];
            version[a]++;
            version[b] = -1;
            foreach (var other in links[a].Keys)
            {
                Offer(a, other);
            }
        }

        var smallest = new Dictionary<int, int>();
        var tops = new int[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var top = i;
            while (parent[top] != top)
            {
                top = parent[top];
            }

            tops[i] = top;
            smallest[top] = Math.Min(members[i], smallest.GetValueOrDefault(top, int.MaxValue));
        }

        for (var i = 0; i < members.Length; i++)
        {
            result[members[i]] = smallest[tops[i]];
        }
    }
}
