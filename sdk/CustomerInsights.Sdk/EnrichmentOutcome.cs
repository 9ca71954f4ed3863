namespace CustomerInsights.Sdk;

/// <summary>What became of one profile.</summary>
public enum EnrichmentOutcome
{
    /// <summary>Values were found.</summary>
    Enriched = 0,

    /// <summary>The other side knows nothing of it. Not an error; earlier values are removed.</summary>
    NoMatch = 1,

    /// <summary>Not asked, for want of input. Earlier values are removed.</summary>
    Skipped = 2,

    /// <summary>Failed; may work later. Earlier values stay.</summary>
    FailedRetryable = 3,

    /// <summary>Failed for good. Earlier values stay.</summary>
    FailedPermanent = 4,
}
