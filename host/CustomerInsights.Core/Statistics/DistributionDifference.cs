namespace CustomerInsights.Core.Statistics;

/// <summary>How much two groups differ in an attribute, from how many of each have each of its values.</summary>
/// <param name="Divergence">The Jensen–Shannon divergence of the two distributions in bits: 0 when they are equal, 1 when they share no value.</param>
/// <param name="Score">The divergence less what two samples of this size from one distribution would show on average; not below 0. What is ranked by.</param>
/// <param name="PValue">The probability of so large a difference by chance alone, by the G test of homogeneity.</param>
public readonly record struct DistributionDifference(double Divergence, double Score, double PValue)
{
    /// <summary>Fewer members than this in either group tell nothing.</summary>
    public const int SmallestGroup = 20;

    // The test is unreliable where fewer are expected; such values are tested together.
    private const double LeastExpected = 5;

    /// <summary>
    /// Compares two groups. The divergence is Lin's (Divergence measures based on the Shannon entropy, 1991) with equal weights, so that a small group is not
    /// drowned by a large one. Its mean for two samples of sizes n and m from one distribution over k values is about (k − 1)(1/n + 1/m) / (8 ln 2): near equality
    /// it is Σ(p − q)² / 8q nats, and p − q has the variance q(1 − q)(1/n + 1/m). The G test is Sokal and Rohlf's; values of which fewer than 5 are expected in
    /// either group are put together for it.
    /// </summary>
    /// <param name="first">How many of the first group have each value; missing is a value of its own.</param>
    /// <param name="second">The same of the second group, in the same order.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static DistributionDifference Of(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException("Both groups need the same values.", nameof(second));
        }

        var (n, m) = (Sum(first), Sum(second));
        if (n == 0 || m == 0)
        {
            return new DistributionDifference(0, 0, 1);
        }

        var divergence = 0.0;
        var used = 0;
        for (var i = 0; i < first.Length; i++)
        {
            var (p, q) = (first[i] / n, second[i] / m);
            var middle = (p + q) / 2;
            divergence += (Part(p, middle) + Part(q, middle)) / 2;
            used += middle > 0 ? 1 : 0;
        }

        var chance = (used - 1) * ((1 / n) + (1 / m)) / (8 * Math.Log(2));
        divergence = Math.Clamp(divergence, 0, 1);
        return new DistributionDifference(divergence, Math.Max(0, divergence - chance), Test(first, second, n, m));
    }

    private static double Test(ReadOnlySpan<long> first, ReadOnlySpan<long> second, double n, double m)
    {
        var (statistic, cells) = (0.0, 0);
        var (restFirst, restSecond) = (0L, 0L);
        for (var i = 0; i < first.Length; i++)
        {
            var both = first[i] + second[i];
            if (both * Math.Min(n, m) / (n + m) < LeastExpected)
            {
                (restFirst, restSecond) = (restFirst + first[i], restSecond + second[i]);
                continue;
            }

            statistic += G(first[i], second[i], n, m);
            cells++;
        }

        if (restFirst + restSecond > 0)
        {
            statistic += G(restFirst, restSecond, n, m);
            cells++;
        }

        return ChiSquare.UpperTail(statistic, cells - 1);
    }

    private static double G(long first, long second, double n, double m)
    {
        var share = (first + second) / (n + m);
        return 2 * (Log(first, share * n) + Log(second, share * m));
    }

    private static double Log(double observed, double expected) => observed == 0 ? 0 : observed * Math.Log(observed / expected);

    private static double Part(double p, double middle) => p == 0 ? 0 : p * Math.Log2(p / middle);

    private static double Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
