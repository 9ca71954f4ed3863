namespace CustomerInsights.Core.Statistics;

/// <summary>Numbers put into buckets that hold about equally many.</summary>
public static class Buckets
{
    private const int MostDigits = 15;

    /// <summary>
    /// The highest number of each bucket, ascending; the last is the largest number. Equal numbers are in one bucket, so that there may be fewer than asked.
    /// </summary>
    /// <param name="sorted">The numbers, ascending.</param>
    /// <param name="most">The most buckets, 1 or more.</param>
    public static double[] EqualFrequency(ReadOnlySpan<double> sorted, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var edges = new List<double>();
        for (var i = 1; i <= most && sorted.Length > 0; i++)
        {
            var edge = sorted[(int)Math.Max(0, ((long)sorted.Length * i / most) - 1)];
            if (edges.Count == 0 || edge > edges[^1])
            {
                edges.Add(edge);
            }
        }

        return [.. edges];
    }

    /// <summary>The bucket of a number: the first whose highest number is not below it; one above all edges is in the last.</summary>
    public static int Find(ReadOnlySpan<double> edges, double number)
    {
        var at = edges.BinarySearch(number);
        return Math.Min(at < 0 ? ~at : at, edges.Length - 1);
    }

    /// <summary>The number with the fewest digits behind the point that is at least <paramref name="low"/> and below <paramref name="high"/>, for people to read.</summary>
    public static double Round(double low, double high)
    {
        for (var digits = 0; digits <= MostDigits; digits++)
        {
            var factor = Math.Pow(10, digits);
            var round = Math.Round(Math.Ceiling(low * factor) / factor, digits);
            if (round >= low && round < high)
            {
                return round;
            }
        }

        return low;
    }
}
