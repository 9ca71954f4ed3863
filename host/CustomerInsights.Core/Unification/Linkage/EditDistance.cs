namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Damerau–Levenshtein distance in its restricted form (optimal string alignment): insert, delete, replace, swap of neighbours cost 1 each.</summary>
internal static class EditDistance
{
    /// <summary>Whether the distance is at most 1; linear.</summary>
    internal static bool IsAtMostOne(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }

        var start = a.CommonPrefixLength(b);
        var restA = a[start..];
        var restB = b[start..];
        if (restA.Length == restB.Length)
        {
            return restA.Length < 2
                || restA[1..].SequenceEqual(restB[1..])
                || (restA[0] == restB[1] && restA[1] == restB[0] && restA[2..].SequenceEqual(restB[2..]));
        }

        return restA.Length > restB.Length ? restA[1..].SequenceEqual(restB) : restA.SequenceEqual(restB[1..]);
    }

    /// <summary>The distance, or <paramref name="most"/> + 1 when it is more than <paramref name="most"/>.</summary>
    internal static int Bounded(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        var start = a.CommonPrefixLength(b);
        a = a[start..];
        b = b[start..];
        while (a.Length > 0 && b.Length > 0 && a[^1] == b[^1])
        {
            a = a[..^1];
            b = b[..^1];
        }

        if (Math.Abs(a.Length - b.Length) > most)
        {
            return most + 1;
        }

        if (a.Length == 0 || b.Length == 0)
        {
            return Math.Max(a.Length, b.Length);
        }

        var width = b.Length + 1;
        var rows = width <= 128 ? stackalloc int[3 * width] : new int[3 * width];
        var last = rows[..width];
        var row = rows[width..(2 * width)];
        var next = rows[(2 * width)..];
        for (var j = 0; j < width; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            next[0] = i;
            var best = i;
            for (var j = 1; j < width; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var distance = Math.Min(Math.Min(row[j], next[j - 1]) + 1, row[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    distance = Math.Min(distance, last[j - 2] + 1);
                }

                next[j] = distance;
                best = Math.Min(best, distance);
            }

            if (best > most)
            {
                return most + 1;
            }

            var spare = last;
            last = row;
            row = next;
            next = spare;
        }

        return Math.Min(row[^1], most + 1);
    }
}
