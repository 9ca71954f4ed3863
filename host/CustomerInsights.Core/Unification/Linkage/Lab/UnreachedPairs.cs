namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>How many pairs of records that are one no key reached, inside clusters and between them.</summary>
internal static class UnreachedPairs
{
    private const int Sampled = 20_000;
    private const double Likely = 0.5;

    // Fewer pairs in chains than this tell nothing.
    private const double FewestInChains = 50;

    /// <summary>The larger of two estimates, both too low where pairs that one way misses the other misses too.</summary>
    /// <remarks>
    /// Chao 1984: with f1 matches that exactly one key reaches and f2 that exactly two do, at least f1² / (2 f2) are reached by none. Lincoln and Petersen:
    /// chains inside clusters find pairs whatever their keys, so the share of those that keys reached, c, is that of all: n (1 − c) / c.
    /// </remarks>
    internal static double Estimated(MatcherResult result, ICandidateKeys keys, InsideClusters inside, double likely) =>
        Math.Max(Chao(result, keys), InChains(inside, likely));

    private static double InChains(InsideClusters inside, double likely)
    {
        if (inside.InChains < FewestInChains)
        {
            return 0;
        }

        var reached = Math.Max(0.1, 1 - (inside.Unseen / inside.InChains));
        return Math.Max(0, likely - inside.Unseen) * (1 - reached) / reached;
    }

    private static double Chao(MatcherResult result, ICandidateKeys keys)
    {
        var step = 1 + (result.Pairs.Length / Sampled);
        var (once, twice) = (0.0, 0.0);
        for (var i = 0; i < result.Pairs.Length; i += step)
        {
            var p = Odds.Probability(result.BitsOf(i));
            if (p < Likely)
            {
                continue;
            }

            var count = keys.InCommon((int)(result.Pairs[i] >> 32), (int)(uint)result.Pairs[i]).Count(key => key.Taken);
            (once, twice) = (once + (count == 1 ? p : 0), twice + (count == 2 ? p : 0));
        }

        // The form without bias holds with no pair reached twice, too.
        return step * once * Math.Max(0, once - 1) / (2 * (twice + 1));
    }
}
