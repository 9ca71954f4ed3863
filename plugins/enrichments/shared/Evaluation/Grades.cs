namespace CustomerInsights.Enrichments.Predictions.Evaluation;

/// <summary>Letters by the rules of Dynamics 365 (its documentation, ci-docs/data), given for the holdout and not for the data that a model was made from.</summary>
internal static class Grades
{
    /// <summary>Lifetime value: A when the model finds at least 5 % more of the customers of high value than the baseline, B up to that, C when it finds fewer.</summary>
    /// <param name="model">The model's success rate.</param>
    /// <param name="baseline">The baseline's.</param>
    public static string OfLifetimeValue(double model, double baseline)
    {
        if (!(baseline > 0))
        {
            return model > 0 ? "A" : "C";
        }

        // A relative change of exactly 5 % is an A, whatever the last digit of a division says.
        var change = (model / baseline) - 1;
        return change >= 0.05 - 1e-12 ? "A" : change >= -1e-12 ? "B" : "C";
    }

    /// <summary>Churn: A when at least half of the decisions are right and the model catches at least 10 % more of those who left than the baseline; B when no fewer; C else.</summary>
    /// <param name="accuracy">The share of right decisions.</param>
    /// <param name="model">The share of those who left that the model caught.</param>
    /// <param name="baseline">The baseline's.</param>
    public static string OfChurn(double accuracy, double model, double baseline)
    {
        if (!(accuracy >= 0.5))
        {
            return "C";
        }

        return model >= (1.1 * baseline) - 1e-12 ? "A" : model >= baseline - 1e-12 ? "B" : "C";
    }
}
