using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Evaluation;

/// <summary>A tenth of the rows by their prediction.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Predicted">The mean prediction.</param>
/// <param name="Observed">The share of those to whom it happened.</param>
internal readonly record struct CalibrationBin(int Rows, double Predicted, double Observed);

/// <summary>How good probabilities are.</summary>
/// <param name="Rows">How many were compared.</param>
/// <param name="BaseRate">The share of those to whom it happened.</param>
/// <param name="Auc">The probability that one to whom it happened has the higher prediction than one to whom it did not; ties count half. One half where there is only one kind.</param>
/// <param name="LogLoss">The mean of -ln of the probability given to what happened; probabilities are kept 1e-15 from 0 and 1.</param>
/// <param name="Brier">The mean squared distance.</param>
/// <param name="CalibrationError">ECE: the mean distance between prediction and share over ten bins of equal numbers.</param>
/// <param name="CalibrationSlope">The slope of a logistic regression of what happened on the logit; 1 is right, below 1 is too sure. Not a number where it cannot be fitted.</param>
/// <param name="Lift">The share among the tenth with the highest predictions over the base rate.</param>
internal sealed record BinaryMetrics(
    int Rows, double BaseRate, double Auc, double LogLoss, double Brier, double CalibrationError, double CalibrationSlope, double Lift)
{
    /// <summary>The bins, the lowest predictions first.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; private init; } = [];

    /// <summary>Compares.</summary>
    /// <param name="predicted">Probabilities.</param>
    /// <param name="happened">Whether it happened, in the same order.</param>
    public static BinaryMetrics Of(ReadOnlySpan<double> predicted, ReadOnlySpan<bool> happened)
    {
        if (predicted.Length != happened.Length || predicted.Length == 0)
        {
            throw new ArgumentException("Predictions and what happened are of the same rows, and there is one at least.", nameof(happened));
        }

        var n = predicted.Length;
        var order = Enumerable.Range(0, n).ToArray();
        var keys = predicted.ToArray();
        Array.Sort(keys, order);

        double loss = 0, brier = 0;
        var positives = 0;
        for (var i = 0; i < n; i++)
        {
            var p = Math.Clamp(predicted[i], 1e-15, 1 - 1e-15);
            loss -= happened[i] ? Math.Log(p) : SpecialFunctions.Log1P(-p);
            var miss = predicted[i] - (happened[i] ? 1 : 0);
            brier += miss * miss;
            positives += happened[i] ? 1 : 0;
        }

        var bins = Bin(keys, order, happened);
        var rate = (double)positives / n;
        var top = TopShare(keys, order, happened);
        return new BinaryMetrics(
            n,
            rate,
            AucOf(keys, order, happened, positives),
            loss / n,
            brier / n,
            bins.Sum(bin => bin.Rows * Math.Abs(bin.Predicted - bin.Observed)) / n,
            Slope(predicted, happened),
            rate > 0 ? top / rate : double.NaN)
        {
            Bins = bins,
        };
    }

    private static double AucOf(double[] keys, int[] order, ReadOnlySpan<bool> happened, int positives)
    {
        var n = keys.Length;
        if (positives == 0 || positives == n)
        {
            return 0.5;
        }

        double ranks = 0;
        for (var from = 0; from < n;)
        {
            var to = from + 1;
            while (to < n && keys[to] == keys[from])
            {
                to++;
            }

            // Those with one prediction share the mean of their ranks.
            var middle = 0.5 * (from + 1 + to);
            for (var i = from; i < to; i++)
            {
                ranks += happened[order[i]] ? middle : 0;
            }

            from = to;
        }

        return (ranks - (0.5 * positives * (positives + 1.0))) / ((double)positives * (n - positives));
    }

    // Of a tie at the border each counts for its share, so that the order of equals does not matter.
    private static double TopShare(double[] keys, int[] order, ReadOnlySpan<bool> happened)
    {
        var n = keys.Length;
        var wanted = Math.Max(1, n / 10);
        double found = 0;
        var taken = 0;
        for (var to = n; to > 0 && taken < wanted;)
        {
            var from = to;
            var hits = 0;
            while (from > 0 && keys[from - 1] == keys[to - 1])
            {
                from--;
                hits += happened[order[from]] ? 1 : 0;
            }

            var used = Math.Min(wanted - taken, to - from);
            found += hits * ((double)used / (to - from));
            taken += used;
            to = from;
        }

        return found / wanted;
    }

    private static List<CalibrationBin> Bin(double[] keys, int[] order, ReadOnlySpan<bool> happened)
    {
        var bins = new List<CalibrationBin>(10);
        for (var bin = 0; bin < 10; bin++)
        {
            int from = (int)((long)keys.Length * bin / 10), to = (int)((long)keys.Length * (bin + 1) / 10);
            if (from == to)
            {
                continue;
            }

            double sum = 0, hits = 0;
            for (var i = from; i < to; i++)
            {
                sum += keys[i];
                hits += happened[order[i]] ? 1 : 0;
            }

            bins.Add(new CalibrationBin(to - from, sum / (to - from), hits / (to - from)));
        }

        return bins;
    }

    private static double Slope(ReadOnlySpan<double> predicted, ReadOnlySpan<bool> happened)
    {
        // Newton's steps, none of which moves a row by more than 4: from there on the curve is flat, and says nothing of how far to go.
        double intercept = 0, slope = 0, widest = 1;
        foreach (var one in predicted)
        {
            widest = Math.Max(widest, Math.Abs(SpecialFunctions.Logit(one)));
        }

        for (var round = 0; round < 200; round++)
        {
            double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
            for (var i = 0; i < predicted.Length; i++)
            {
                var x = SpecialFunctions.Logit(predicted[i]);
                var p = SpecialFunctions.Logistic(intercept + (slope * x));
                var miss = (happened[i] ? 1 : 0) - p;
                var weight = p * (1 - p);
                g0 += miss;
                g1 += miss * x;
                h00 += weight;
                h01 += weight * x;
                h11 += weight * x * x;
            }

            var determinant = (h00 * h11) - (h01 * h01);
            if (!(determinant > 1e-12 * h00 * h11))
            {
                return double.NaN;
            }

            var step0 = ((h11 * g0) - (h01 * g1)) / determinant;
            var step1 = ((h00 * g1) - (h01 * g0)) / determinant;
            var damped = Math.Min(1, 4 / (Math.Abs(step0) + (Math.Abs(step1) * widest) + 1e-300));
            intercept += damped * step0;
            slope += damped * step1;
            if (Math.Abs(step0) + Math.Abs(step1) < 1e-10)
            {
                return slope;
            }

            if (Math.Abs(slope) > 1e3)
            {
                break;
            }
        }

        return double.NaN;
    }
}
