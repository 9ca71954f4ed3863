using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>An interval.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Interval(double Low, double High);

/// <summary>How well scores rank, and how sure that is.</summary>
internal static class RankMetrics
{
    private const int Draws = 200;

    /// <summary>The probability that one to whom it happened has the higher score (Mann and Whitney 1947); ties count half, what is missing comes first.</summary>
    /// <param name="scores">One a row.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <returns>0 to 1; one half where there is one kind only.</returns>
    public static double Auc(double[] scores, bool[] happened) => new Ranking(scores, happened).Auc(null);

    /// <summary>
    /// Intervals of 95 % by a bootstrap over customers, 200 draws; each customer is drawn as often as a Poisson number of mean 1 says (Hanley and MacGibbon
    /// 2006), which needs no sorting.
    /// </summary>
    /// <param name="predicted">Scores.</param>
    /// <param name="baseline">Scores of a baseline, or null.</param>
    /// <param name="lossGain">By row, how much lower the loss is than that of the baseline.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Of the AUC, of its gain over the baseline, and of the mean gain in loss.</returns>
    public static (Interval Auc, Interval AucGain, Interval LossGain) Bootstrap(
        double[] predicted, double[]? baseline, double[] lossGain, bool[] happened, int seed, CancellationToken cancellationToken)
    {
        var own = new Ranking(predicted, happened);
        var other = baseline is null ? null : new Ranking(baseline, happened);
        var random = new SplitMix((ulong)(uint)seed ^ 0xB0075);
        var (aucs, gains, losses) = (new double[Draws], new double[Draws], new double[Draws]);
        var weights = new byte[happened.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double loss = 0, total = 0;
            for (var row = 0; row < weights.Length; row++)
            {
                weights[row] = Poisson(random.NextDouble());
                loss += weights[row] * lossGain[row];
                total += weights[row];
            }

            aucs[draw] = own.Auc(weights);
            gains[draw] = aucs[draw] - (other?.Auc(weights) ?? 0.5);
            losses[draw] = loss / Math.Max(1, total);
        }

        return (Of(aucs), Of(gains), Of(losses));
    }

    private static Interval Of(double[] values)
    {
        Array.Sort(values);
        return new Interval(values[(int)(0.025 * values.Length)], values[(int)(0.975 * values.Length)]);
    }

    private static byte Poisson(double uniform)
    {
        byte count = 0;
        for (double term = Math.Exp(-1), sum = term; uniform > sum && count < 20; sum += term)
        {
            term /= ++count;
        }

        return count;
    }

    // Sorted once; every draw is one pass.
    private sealed class Ranking
    {
        private readonly int[] _order;
        private readonly bool[] _tied;
        private readonly bool[] _happened;

        public Ranking(double[] scores, bool[] happened)
        {
            double[] keys = [.. scores.Select(score => double.IsNaN(score) ? double.NegativeInfinity : score)];
            _order = [.. Enumerable.Range(0, keys.Length)];
            Array.Sort(keys, _order);
            _tied = [.. keys.Select((key, at) => at > 0 && key == keys[at - 1])];
            _happened = happened;
        }

        public double Auc(byte[]? weights)
        {
            double below = 0, pairs = 0, yes = 0, tiedYes = 0, tiedNo = 0;
            for (var at = 0; at < _order.Length; at++)
            {
                if (!_tied[at])
                {
                    Close();
                }

                double weight = weights is null ? 1 : weights[_order[at]];
                if (_happened[_order[at]])
                {
                    tiedYes += weight;
                }
                else
                {
                    tiedNo += weight;
                }
            }

            Close();
            return yes > 0 && below > 0 ? pairs / (yes * below) : 0.5;

            void Close()
            {
                pairs += tiedYes * (below + (0.5 * tiedNo));
                (yes, below, tiedYes, tiedNo) = (yes + tiedYes, below + tiedNo, 0, 0);
            }
        }
    }
}
