using CustomerInsights.Enrichments.Predictions.Evaluation;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>Into which bands scores are cut.</summary>
/// <param name="ByQuantile">By place among all rather than by the probability itself.</param>
/// <param name="Limits">Ascending, above 0 and below 1.</param>
/// <param name="Names">One more than limits, the lowest band first.</param>
internal sealed record BandSettings(bool ByQuantile, IReadOnlyList<double> Limits, IReadOnlyList<string> Names)
{
    /// <summary>The band of a score.</summary>
    /// <param name="probability">The probability.</param>
    /// <param name="place">The share of all that is below it, 0 to 1.</param>
    /// <returns>Its number, from 0.</returns>
    public int Of(double probability, double place)
    {
        var value = ByQuantile ? place : probability;
        var band = 0;
        while (band < Limits.Count && value >= Limits[band])
        {
            band++;
        }

        return band;
    }
}

/// <summary>Where a score stands among others.</summary>
/// <param name="scores">The others; copied.</param>
internal sealed class Standing(IEnumerable<double> scores)
{
    private readonly double[] _sorted = [.. scores.Order()];

    /// <summary>The share that is below, ties counted half; one half without others.</summary>
    /// <param name="score">The score.</param>
    public double Place(double score)
    {
        int below = Search(score, orEqual: false), upTo = Search(score, orEqual: true);
        return _sorted.Length == 0 ? 0.5 : (below + upTo) / (2.0 * _sorted.Length);
    }

    /// <summary>The place as a percentile.</summary>
    /// <param name="place">By <see cref="Place"/>.</param>
    /// <returns>1 to 100.</returns>
    public static long Percentile(double place) => Math.Clamp((long)Math.Ceiling(100 * place), 1, 100);

    private int Search(double score, bool orEqual)
    {
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _sorted[middle] < score || (orEqual && _sorted[middle] == score) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>How good a band is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">Customers of the holdout.</param>
/// <param name="Predicted">Their mean probability.</param>
/// <param name="Observed">The share to whom it happened.</param>
/// <param name="Sure">The 95 % interval of that share (Wilson 1927).</param>
/// <param name="Lift">That share over the one of all.</param>
/// <param name="Grade">A: the mean probability is in the interval; B: at most 5 points beside it; C: farther; empty with fewer than 30 customers.</param>
internal sealed record BandQuality(string Name, int Rows, double Predicted, double Observed, Interval Sure, double Lift, string Grade)
{
    private const int FewestRows = 30;
    private const double Near = 0.05;

    /// <summary>Judges the bands of a holdout.</summary>
    /// <param name="bands">The bands.</param>
    /// <param name="predicted">Probabilities.</param>
    /// <param name="happened">By row, whether it happened.</param>
    public static List<BandQuality> Of(BandSettings bands, double[] predicted, bool[] happened)
    {
        var standing = new Standing(predicted);
        var (rows, sums, hits) = (new int[bands.Names.Count], new double[bands.Names.Count], new int[bands.Names.Count]);
        for (var row = 0; row < predicted.Length; row++)
        {
            var band = bands.Of(predicted[row], standing.Place(predicted[row]));
            rows[band]++;
            sums[band] += predicted[row];
            hits[band] += happened[row] ? 1 : 0;
        }

        var rate = hits.Sum() / (double)Math.Max(1, predicted.Length);
        return [.. bands.Names.Select((name, band) => One(name, rows[band], sums[band] / Math.Max(1, rows[band]), hits[band], rate))];
    }

    private static BandQuality One(string name, int rows, double predicted, int hits, double rate)
    {
        if (rows == 0)
        {
            return new BandQuality(name, 0, double.NaN, double.NaN, new Interval(double.NaN, double.NaN), double.NaN, "");
        }

        const double Z = 1.959964;
        var share = (double)hits / rows;
        var middle = (share + (Z * Z / (2 * rows))) / (1 + (Z * Z / rows));
        var half = Z / (1 + (Z * Z / rows)) * Math.Sqrt((share * (1 - share) / rows) + (Z * Z / (4.0 * rows * rows)));
        var sure = new Interval(Math.Max(0, middle - half), Math.Min(1, middle + half));
        var beside = Math.Max(0, Math.Max(sure.Low - predicted, predicted - sure.High));
        var grade = rows < FewestRows ? "" : beside == 0 ? "A" : beside <= Near ? "B" : "C";
        return new BandQuality(name, rows, predicted, share, sure, rate > 0 ? share / rate : double.NaN, grade);
    }
}
