using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>
/// The likelihood of an order within a window as the mean of three logits: of the closed form, of a logistic regression and of boosted trees, both of which
/// know the closed form and what else orders tell (<see cref="OrderFeatures"/>). It is trained on an earlier snapshot and what came in the window after it, and
/// serves at a later snapshot: the features of one are never those of the other.
/// </summary>
internal sealed class OrderBlend
{
    /// <summary>Fewer customers are not learned from.</summary>
    public const int FewestRows = 1_000;

    /// <summary>Fewer who ordered, or fewer who did not, are not learned from.</summary>
    public const int FewestOfAKind = 100;

    /// <summary>The closed form among the three, whichever is chosen for other purposes: the recipe is a fixed one.</summary>
    public const TransactionKind ClosedForm = TransactionKind.MbgNbd;

    /// <summary>A larger population is learned from by a sample of about so many, drawn by a fixed rule.</summary>
    public const int MostRows = 100_000;

    // The penalty of the regression, a row.
    private const double Penalty = 1e-3;

    private const int Chunk = 8_192;
    private const double Held = 0.15;

    private readonly LogisticRegression _regression;
    private readonly Boosting _trees;

    private OrderBlend(LogisticRegression regression, Boosting trees, int days, int rows, int positives)
    {
        (_regression, _trees, Days, Rows, Positives) = (regression, trees, days, rows, positives);
    }

    /// <summary>How the trees are grown: small ones, slowly, which is what does well on some thousand customers.</summary>
    public static BoostingOptions Growth { get; } = new(Trees: 300, Leaves: 8, LearningRate: 0.04, FewestRows: 40, L2: 5, Patience: 20);

    /// <summary>How far is looked ahead, in days.</summary>
    public int Days { get; }

    /// <summary>How many customers it was trained on.</summary>
    public int Rows { get; }

    /// <summary>How many of them ordered in the window.</summary>
    public int Positives { get; }

    /// <summary>Trains.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day of the snapshot that is learned from.</param>
    /// <param name="days">The window after it, all of it known.</param>
    /// <param name="silentBelow">Customers who have been silent for so many days are left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="mostRows">A larger population is learned from by a sample of about so many.</param>
    /// <returns>The blend, or null when there are too few customers, too few who ordered or too few who did not.</returns>
    public static OrderBlend? Train(OrderLedger ledger, int cut, int days, int silentBelow, CancellationToken cancellationToken, int mostRows = MostRows)
    {
        var window = Window.Of(ledger, cut, cut + days, 0, cancellationToken);
        if (window.Count < FewestRows)
        {
            return null;
        }

        var fit = TransactionModel.Fit(ClosedForm, window.Table, cancellationToken);
        var features = new OrderFeatures(window, fit.Model, days, cancellationToken);
        var picked = Pick(window, silentBelow, mostRows);
        var happened = new bool[picked.Count];
        for (var i = 0; i < happened.Length; i++)
        {
            happened[i] = window.Orders[picked[i]] > 0;
        }

        var positives = happened.Count(one => one);
        if (happened.Length < FewestRows || positives < FewestOfAKind || happened.Length - positives < FewestOfAKind)
        {
            return null;
        }

        var values = OrderFeatures.Empty(picked.Count);
        var buffer = new OrderDay[64];
        int at = 0, row = 0;
        for (var customer = 0; customer < ledger.Customers && row < picked.Count; customer++)
        {
            if ((customer & 4095) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (ledger.First(customer) > cut)
            {
                continue;
            }

            if (at == picked[row])
            {
                features.Fill(ledger.Read(customer, ref buffer), window.Row[at], values, row);
                row++;
            }

            at++;
        }

        var columns = OrderFeatures.Columns(values, picked.Count);
        var regression = LogisticRegression.Fit(columns, happened, Penalty, cancellationToken);
        var trees = Boosting.FitStopped(columns, happened, Growth, Held, Environment.ProcessorCount, cancellationToken);
        return new OrderBlend(regression, trees, days, picked.Count, positives);
    }

    /// <summary>The likelihoods of everybody at a snapshot.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="window">Everybody at the snapshot.</param>
    /// <param name="model">The closed form, fitted to what is known at the snapshot.</param>
    /// <param name="say">Told the logits of each customer of the window, by several threads at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Score(OrderLedger ledger, Window window, TransactionModel model, Action<int, BlendLogits> say, CancellationToken cancellationToken)
    {
        var features = new OrderFeatures(window, model, Days, cancellationToken);

        // Where the customers of a chunk begin among those of the window.
        var chunks = (ledger.Customers + Chunk - 1) / Chunk;
        var begins = new int[chunks + 1];
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            begins[(customer / Chunk) + 1] += ledger.First(customer) <= window.Cut ? 1 : 0;
        }

        for (var chunk = 0; chunk < chunks; chunk++)
        {
            begins[chunk + 1] += begins[chunk];
        }

        Parallel.For(0, chunks, new ParallelOptions { CancellationToken = cancellationToken }, chunk =>
        {
            var count = begins[chunk + 1] - begins[chunk];
            if (count == 0)
            {
                return;
            }

            var values = OrderFeatures.Empty(count);
            var buffer = new OrderDay[64];
            var at = 0;
            for (var customer = chunk * Chunk; customer < Math.Min(ledger.Customers, (chunk + 1) * Chunk); customer++)
            {
                if (ledger.First(customer) <= window.Cut)
                {
                    features.Fill(ledger.Read(customer, ref buffer), window.Row[begins[chunk] + at], values, at);
                    at++;
                }
            }

            var columns = OrderFeatures.Columns(values, count);
            var regression = _regression.Logits(columns);
            var trees = _trees.Logits(columns);
            for (var i = 0; i < count; i++)
            {
                say(begins[chunk] + i, new BlendLogits(features.LogitOf(window.Row[begins[chunk] + i]), regression[i], trees[i]));
            }
        });
    }

    // Of a large population every customer's number decides, so that the same ones are drawn in every run.
    private static List<int> Pick(Window window, int silentBelow, int mostRows)
    {
        var picked = new List<int>(Math.Min(window.Count, 2 * mostRows));
        var limit = window.Count <= mostRows ? ulong.MaxValue : (ulong)(ulong.MaxValue * ((double)mostRows / window.Count));
        for (var i = 0; i < window.Count; i++)
        {
            var history = window.Table[window.Row[i]];
            if (history.Age - history.Last < silentBelow && (limit == ulong.MaxValue || new SplitMix((ulong)i).NextBits() < limit))
            {
                picked.Add(i);
            }
        }

        return picked;
    }
}

/// <summary>What the three say of a customer.</summary>
/// <param name="Closed">The closed form.</param>
/// <param name="Regression">The logistic regression.</param>
/// <param name="Trees">The boosted trees.</param>
internal readonly record struct BlendLogits(double Closed, double Regression, double Trees)
{
    /// <summary>The mean of the three, each weighing the same.</summary>
    public double Mean => (Closed + Regression + Trees) / 3;
}
