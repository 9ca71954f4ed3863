namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>
/// Where winning back pays most: above <paramref name="Upper"/> customers are engaged, below <paramref name="Lower"/> they are lost, between them a little
/// more likelihood to have stayed means more than a little more likelihood to come back within a year. As Optimizely describes its zone in words; the
/// algorithm is ours.
/// </summary>
/// <param name="Lower">The probability to be there still at which the zone ends.</param>
/// <param name="Upper">That at which it begins.</param>
/// <param name="Derived">False when the curve has no such part and 0.3 and 0.7 are taken.</param>
/// <param name="Curve">The probability to be there still against that to order within a year.</param>
internal sealed record WinbackZone(double Lower, double Upper, bool Derived, IReadOnlyList<(double Alive, double Returns)> Curve)
{
    private const int Bins = 50;
    private const int FewestBins = 8;

    /// <summary>Finds the zone.</summary>
    /// <param name="alive">The probability to be there still, by row.</param>
    /// <param name="returns">The probability to order within a year, by row.</param>
    /// <param name="weights">Customers by row.</param>
    public static WinbackZone Of(double[] alive, double[] returns, double[] weights)
    {
        var sums = new double[Bins];
        var levels = new double[Bins];
        var counts = new double[Bins];
        for (var i = 0; i < alive.Length; i++)
        {
            var bin = Math.Clamp((int)(alive[i] * Bins), 0, Bins - 1);
            counts[bin] += weights[i];
            sums[bin] += weights[i] * returns[i];
            levels[bin] += weights[i] * alive[i];
        }

        var filled = Enumerable.Range(0, Bins).Where(bin => counts[bin] > 0).ToList();
        var curve = Isotonic([.. filled.Select(bin => (levels[bin] / counts[bin], sums[bin] / counts[bin], counts[bin]))]);
        if (curve.Count < FewestBins || !(curve[^1].Returns > curve[0].Returns) || !(curve[^1].Alive > curve[0].Alive))
        {
            return new WinbackZone(0.3, 0.7, Derived: false, curve);
        }

        // Both axes from 0 to 1; a slope above 1 is a gain in returning that is larger than that in staying.
        double width = curve[^1].Alive - curve[0].Alive, height = curve[^1].Returns - curve[0].Returns;
        var gains = new double[curve.Count - 1];
        for (var i = 0; i < gains.Length; i++)
        {
            int from = Math.Max(0, i - 1), to = Math.Min(curve.Count - 1, i + 2);
            gains[i] = ((curve[to].Returns - curve[from].Returns) / height) - ((curve[to].Alive - curve[from].Alive) / width);
        }

        int bestFrom = -1, bestTo = -1;
        var best = 0.0;
        for (var from = 0; from < gains.Length;)
        {
            if (gains[from] <= 0)
            {
                from++;
                continue;
            }

            var to = from;
            var sum = 0.0;
            while (to < gains.Length && gains[to] > 0)
            {
                sum += gains[to++];
            }

            if (sum > best)
            {
                (best, bestFrom, bestTo) = (sum, from, to);
            }

            from = to;
        }

        var (lower, upper) = bestFrom < 0 ? (0, 0) : (curve[bestFrom].Alive, curve[bestTo].Alive);
        return upper - lower < 0.05 || lower <= 0 || upper >= 1
            ? new WinbackZone(0.3, 0.7, Derived: false, curve)
            : new WinbackZone(lower, upper, Derived: true, curve);
    }

    // Pool adjacent violators: the nearest curve that never falls.
    private static List<(double Alive, double Returns)> Isotonic(List<(double Alive, double Returns, double Weight)> points)
    {
        var blocks = new List<(double Returns, double Weight, int Points)>();
        foreach (var point in points)
        {
            blocks.Add((point.Returns, point.Weight, 1));
            while (blocks.Count > 1 && blocks[^2].Returns >= blocks[^1].Returns)
            {
                var (a, b) = (blocks[^2], blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = (((a.Returns * a.Weight) + (b.Returns * b.Weight)) / (a.Weight + b.Weight), a.Weight + b.Weight, a.Points + b.Points);
            }
        }

        var curve = new List<(double, double)>(points.Count);
        foreach (var block in blocks)
        {
            for (var i = 0; i < block.Points; i++)
            {
                curve.Add((points[curve.Count].Alive, block.Returns));
            }
        }

        return curve;
    }
}
