namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Evidence in bits as a probability.</summary>
internal static class Odds
{
    /// <summary>The probability whose odds have this logarithm to base 2.</summary>
    internal static double Probability(double bits) => 1 / (1 + Math.Pow(2, -bits));

    /// <summary>The entropy of an answer to yes or no, in bits, 0 to 1.</summary>
    internal static double Entropy(double p) => p is <= 0 or >= 1 ? 0 : -(p * Math.Log2(p)) - ((1 - p) * Math.Log2(1 - p));
}
