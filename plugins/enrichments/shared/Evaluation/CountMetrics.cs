namespace CustomerInsights.Enrichments.Predictions.Evaluation;

/// <summary>How far predicted amounts are from what happened.</summary>
/// <param name="Rows">How many were compared.</param>
/// <param name="MeanAbsoluteError">The mean distance.</param>
/// <param name="RootMeanSquaredError">The root of the mean squared distance: large misses weigh more.</param>
/// <param name="Correlation">Pearson's; 0 where one side does not vary.</param>
/// <param name="AggregateError">The predicted total over the actual one, less 1; not a number when nothing happened.</param>
internal sealed record CountMetrics(int Rows, double MeanAbsoluteError, double RootMeanSquaredError, double Correlation, double AggregateError)
{
    /// <summary>Compares.</summary>
    /// <param name="predicted">Predictions.</param>
    /// <param name="actual">What happened, in the same order.</param>
    public static CountMetrics Of(ReadOnlySpan<double> predicted, ReadOnlySpan<double> actual)
    {
        if (predicted.Length != actual.Length || predicted.Length == 0)
        {
            throw new ArgumentException("Predictions and what happened are of the same rows, and there is one at least.", nameof(actual));
        }

        var n = predicted.Length;
        double absolute = 0, squared = 0, sumP = 0, sumA = 0;
        for (var i = 0; i < n; i++)
        {
            var miss = predicted[i] - actual[i];
            absolute += Math.Abs(miss);
            squared += miss * miss;
            sumP += predicted[i];
            sumA += actual[i];
        }

        double meanP = sumP / n, meanA = sumA / n, both = 0, ownP = 0, ownA = 0;
        for (var i = 0; i < n; i++)
        {
            both += (predicted[i] - meanP) * (actual[i] - meanA);
            ownP += (predicted[i] - meanP) * (predicted[i] - meanP);
            ownA += (actual[i] - meanA) * (actual[i] - meanA);
        }

        var spread = Math.Sqrt(ownP * ownA);
        return new CountMetrics(n, absolute / n, Math.Sqrt(squared / n), spread > 0 ? both / spread : 0, sumA == 0 ? double.NaN : (sumP / sumA) - 1);
    }
}
