namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>Which rows of two runs are one and the same record with the same values.</summary>
internal sealed class ChangedRows
{
    private ChangedRows(int[] now, int[] then, int[] before, int[] after) => (Now, Then, Before, After) = (now, then, before, after);

    /// <summary>New rows, and those that have other values now.</summary>
    internal int[] Now { get; }

    /// <summary>Rows of before that are gone, and those that had other values.</summary>
    internal int[] Then { get; }

    /// <summary>For each row now the one of before that is the same; −1 for none.</summary>
    internal int[] Before { get; }

    /// <summary>For each row of before the one that is the same now; −1 for none.</summary>
    internal int[] After { get; }

    /// <summary>Compares the rows, value by value.</summary>
    /// <param name="before">The earlier run.</param>
    /// <param name="columns">The columns now, in the order of its fields.</param>
    /// <param name="parallel">Threads.</param>
    internal static ChangedRows Of(RunBefore before, MatchColumn[] columns, ParallelOptions parallel)
    {
        var rows = columns[0].Rows;
        var same = Enumerable.Range(0, rows).Select(row => before.Rows[row]).ToArray();
        var isOther = new bool[columns.Length][];
        Parallel.For(0, columns.Length, parallel, field => isOther[field] = Other(before.Run.Fields[field].Column, columns[field], same));
        var after = new int[before.Run.Clusters.Length];
        Array.Fill(after, -1);
        for (var row = 0; row < rows; row++)
        {
            same[row] = Array.Exists(isOther, field => field[row]) ? -1 : same[row];
            if (same[row] >= 0)
            {
                after[same[row]] = row;
            }
        }

        return new(Places(same), Places(after), same, after);
    }

    private static bool[] Other(MatchColumn then, MatchColumn now, int[] same)
    {
        var (number, other) = (Numbers(then, now), new bool[same.Length]);
        for (var row = 0; row < other.Length; row++)
        {
            other[row] = same[row] >= 0 && number[then.Ids[same[row]]] != now.Ids[row];
        }

        return other;
    }

    // For each value of before its number now; −1 where it is gone. Both are numbered by their hashes, so that they are passed through side by side.
    private static int[] Numbers(MatchColumn then, MatchColumn now)
    {
        var (number, hashes, at) = (new int[then.ValueCount], new ulong[now.ValueCount], 1);
        for (var id = 1; id < hashes.Length; id++)
        {
            hashes[id] = TextHash.Of(now.Values[id]);
        }

        for (var id = 1; id < number.Length; id++)
        {
            var hash = TextHash.Of(then.Values[id]);
            for (; at < hashes.Length && hashes[at] < hash; at++)
            {
            }

            number[id] = -1;
            for (var own = at; own < hashes.Length && hashes[own] == hash; own++)
            {
                number[id] = now.Values[own] == then.Values[id] ? own : number[id];
            }
        }

        return number;
    }

    private static int[] Places(int[] same) => [.. Enumerable.Range(0, same.Length).Where(row => same[row] < 0)];
}
