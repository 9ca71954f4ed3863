using CustomerInsights.Enrichments.Predictions.Evaluation;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>How good a prediction of churn is, whatever leaving means: measured on a holdout, beside a plain rule.</summary>
internal interface IChurnQuality
{
    /// <summary>Of the probabilities.</summary>
    BinaryMetrics Metrics { get; }

    /// <summary>The share of decisions that were right.</summary>
    double Accuracy { get; }

    /// <summary>The share of those who left that was caught.</summary>
    double HitRate { get; }

    /// <summary>The days of the plain rule.</summary>
    int BaselineDays { get; }

    /// <summary>The share of its decisions that were right.</summary>
    double BaselineAccuracy { get; }

    /// <summary>The share of those who left that it caught.</summary>
    double BaselineHitRate { get; }

    /// <summary>A, B or C.</summary>
    string Grade { get; }
}
