namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>An estimate between two bounds.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
public sealed record Estimate(double Value, double Low, double High)
{
    /// <summary>Whether a value lies within.</summary>
    /// <param name="value">The value.</param>
    /// <returns>True between the bounds, which are within themselves.</returns>
    public bool Covers(double value) => value >= Low && value <= High;
}

/// <summary>How right clusters are likely to be over pairs of records, told from the model alone. Where somebody labels pairs, the measured figures are better.</summary>
/// <remarks>
/// The bounds join a range of model error with twice the standard deviation of the number of right pairs (pairs as independent draws,
/// Poisson-binomial). The ranges are assumptions that held on four labelled sets, not probabilities: they are no 95 % interval of a theorem.
/// Pairs inside clusters: their evidence counts for 40 to 100 %, 60 % in the estimate, since fields depend on each other beyond the classes; a chain of
/// likely pairs makes its ends likely. Pairs between clusters: the records around them spoke against by 0 to 4 bits, 1.5 in the estimate. Pairs that no key
/// reached: none to twice the estimate.
/// </remarks>
public sealed record ExpectedQuality
{
    /// <summary>Of the pairs together, the share that is right, 0 to 1.</summary>
    public required Estimate Precision { get; init; }

    /// <summary>Of all pairs of records that are one, the share that is together, 0 to 1.</summary>
    public required Estimate Recall { get; init; }

    /// <summary>Pairs of records that are together.</summary>
    public required long Together { get; init; }

    /// <summary>Of those, the pairs that no key brought together or that spoke against: they are one through others.</summary>
    public required double ThroughOthers { get; init; }

    /// <summary>Pairs that were compared, are one and are apart.</summary>
    public required Estimate MissedCompared { get; init; }

    /// <summary>Pairs that no key reached, are one and are apart.</summary>
    public required Estimate MissedUnreached { get; init; }
}
