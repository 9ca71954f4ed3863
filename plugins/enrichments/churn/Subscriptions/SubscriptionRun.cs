using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>What a run over subscriptions found out before it answers.</summary>
internal sealed class SubscriptionRun
{
    private const int Explained = 2_000;
    private readonly float[] _probability;

    private SubscriptionRun(SubscriptionQuality? quality, BlendFit fit, int rows, int left, float[] probability)
    {
        (Quality, Fit, Rows, Left, _probability) = (quality, fit, rows, left, probability);
    }

    /// <summary>How good it is, or null when there was too little for a holdout.</summary>
    public SubscriptionQuality? Quality { get; }

    /// <summary>What was learned from everything.</summary>
    public BlendFit Fit { get; }

    /// <summary>How many ends of terms it was learned from.</summary>
    public int Rows { get; }

    /// <summary>How many of them were not renewed.</summary>
    public int Left { get; }

    /// <summary>Customers whose term ends within the window.</summary>
    public int Due { get; private set; }

    /// <summary>How many of them are likely to leave.</summary>
    public int Likely { get; private set; }

    /// <summary>Customers who have left already.</summary>
    public int AlreadyChurned { get; private set; }

    /// <summary>Customers whose term ends later.</summary>
    public int Running { get; private set; }

    /// <summary>Those who are due by tenths of their probability.</summary>
    public int[] Histogram { get; } = new int[10];

    /// <summary>What moves the predictions most: the mean size of what a feature adds to the logit.</summary>
    public IReadOnlyList<(string Feature, double Size)> Factors { get; private set; } = [];

    /// <summary>Learns, measures and predicts.</summary>
    /// <param name="ledger">The terms.</param>
    /// <param name="reader">What could not be used.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="rules">What ends a subscription.</param>
    /// <param name="findings">Receives what is in the way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The run, or null when there is too little to learn from.</returns>
    public static SubscriptionRun? Of(TermLedger ledger, TermReader reader, int cut, SubscriptionRules rules, List<Finding> findings, CancellationToken cancellationToken)
    {
        var plans = reader.Plans;
        var (fit, rows, left) = SubscriptionStudy.Train(ledger, plans, cut, rules, cancellationToken);
        if (fit is null)
        {
            findings.Add(new Finding("error", "", "Train", string.Create(
                CultureInfo.InvariantCulture,
                $"In the windows that have passed {rows:N0} terms ended, and {left:N0} of them were not renewed within {rules.RenewWithinDays} days; {SubscriptionStudy.FewestRows} and {SubscriptionStudy.FewestOfKind} of either kind are needed. Bring {2 * rules.KnownAfter} days of history or more, or set another 'windowDays'.")));
            return null;
        }

        var quality = SubscriptionStudy.Measure(ledger, plans, cut, rules, cancellationToken);
        var probability = new float[ledger.Customers];
        Array.Fill(probability, float.NaN);
        var run = new SubscriptionRun(quality, fit, rows, left, probability);
        run.Score(ledger, plans, cut, rules, cancellationToken);
        return run;
    }

    /// <summary>The probability that a customer's term is not renewed; not a number for one who is not due.</summary>
    /// <param name="customer">The number in the ledger.</param>
    public double Probability(int customer) => _probability[customer];

    private void Score(TermLedger ledger, IReadOnlyList<string> plans, int cut, SubscriptionRules rules, CancellationToken cancellationToken)
    {
        const int Block = 8_192;
        var due = new List<(int Customer, Standing Standing)>(Block);
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            if (Standing.At(ledger.Read(customer), cut, rules.RenewWithinDays) is { } standing)
            {
                var over = standing.IsOver(cut, rules.RenewWithinDays);
                AlreadyChurned += over ? 1 : 0;
                if (!over && standing.Until <= cut + rules.WindowDays)
                {
                    due.Add((customer, standing));
                }
                else
                {
                    Running += over ? 0 : 1;
                }
            }

            if (due.Count == Block || customer == ledger.Customers - 1)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Close();
            }
        }

        void Close()
        {
            if (due.Count == 0)
            {
                return;
            }

            var features = new SubscriptionFeatures(due.Count, plans);
            foreach (var (customer, standing) in due)
            {
                features.Add(ledger.Read(customer), standing, cut, rules.RenewWithinDays);
            }

            var columns = features.Columns();
            var said = Fit.Model.Probabilities(columns);
            for (var i = 0; i < said.Length; i++)
            {
                _probability[due[i].Customer] = (float)said[i];
                Likely += said[i] >= rules.Threshold ? 1 : 0;
                Histogram[Math.Clamp((int)(10 * said[i]), 0, 9)]++;
            }

            // The first block says what moves predictions as well as all of them.
            if (Due == 0)
            {
                Factors = FactorsOf(columns, cancellationToken);
            }

            Due += due.Count;
            due.Clear();
        }
    }

    private List<(string Feature, double Size)> FactorsOf(List<FeatureColumn> columns, CancellationToken cancellationToken)
    {
        var rows = Enumerable.Range(0, columns[0].Count).ToArray();
        new SplitMix(1).Shuffle(rows);
        rows = rows[..Math.Min(rows.Length, Explained)];
        var explained = Fit.Model.Explain([.. columns.Select(column => column.Take(rows))], cancellationToken);
        return [.. columns.Select((column, at) => (column.Name, explained.Average(row => Math.Abs(row[at])))).Where(one => one.Item2 > 0).OrderByDescending(one => one.Item2).Take(10)];
    }
}
