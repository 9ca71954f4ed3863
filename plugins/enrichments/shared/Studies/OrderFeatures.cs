using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>
/// What is known of a customer from orders alone as of a cut, in columns that can be learned from; never what comes after it. Not a number where there is
/// nothing, such as an interval of one who ordered once.
/// </summary>
internal sealed class OrderFeatures
{
    /// <summary>Days that orders and their value are added up over.</summary>
    public static readonly IReadOnlyList<int> Spans = [30, 60, 90, 180, 365];

    private const double HalfLife = 60;
    private const int AfterSpans = 3 + 10;

    private readonly Window _window;
    private readonly double[] _logit;
    private readonly double[] _alive;
    private readonly double[] _expected;

    /// <summary>Prepares what the closed form says of each distinct history.</summary>
    /// <param name="window">Everybody at the cut.</param>
    /// <param name="model">Fitted to what is known at that cut.</param>
    /// <param name="days">How far is looked ahead.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public OrderFeatures(Window window, TransactionModel model, int days, CancellationToken cancellationToken)
    {
        _window = window;
        Closed = window.ByRow(history => model.OrderProbability(history, days), cancellationToken);
        _logit = [.. Closed.Select(Logit)];
        _alive = window.ByRow(model.Alive, cancellationToken);
        _expected = window.ByRow(history => model.ExpectedOrders(history, days), cancellationToken);
    }

    /// <summary>What the columns are, for people, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "Days since the last order", "Days since the first order", "Order days",
        .. Spans.Select(span => $"Order days in {span} days"), .. Spans.Select(span => $"Value in {span} days"),
        "Mean interval", "Spread of intervals", "Longest interval", "Last interval", "Silence against the mean interval", "Trend of orders", "Decayed order days",
        "Value of the first order", "Value of the last order", "Largest order", "Mean value of an order", "Value of all orders", "Days with returns",
        "Order likelihood (closed form)", "Probability to be there still", "Expected orders",
    ];

    /// <summary>By row of the window, the probability of an order that the closed form gives.</summary>
    public double[] Closed { get; }

    /// <summary>A probability's logit, kept within ±14: nothing is surer.</summary>
    /// <param name="probability">The probability.</param>
    public static double Logit(double probability) => Math.Clamp(SpecialFunctions.Logit(Math.Clamp(probability, 1e-6, 1 - 1e-6)), -14, 14);

    /// <summary>The logit of the closed form of a customer.</summary>
    /// <param name="row">The row of the window.</param>
    public double LogitOf(int row) => _logit[row];

    /// <summary>Fills in what is known of one.</summary>
    /// <param name="days">Merged days in order, the first of them an order.</param>
    /// <param name="row">The row of the window.</param>
    /// <param name="into">A column of values by feature.</param>
    /// <param name="at">The place in each.</param>
    public void Fill(ReadOnlySpan<OrderDay> days, int row, double[][] into, int at)
    {
        var cut = _window.Cut;
        Span<int> counts = stackalloc int[5];
        Span<double> values = stackalloc double[5];
        int first = days[0].Day, last = first, orders = 0, returns = 0, recentHalf = 0;
        double firstValue = days[0].Value, lastValue = firstValue, largest = firstValue, total = 0, paid = 0, decayed = 0;
        double sum = 0, squares = 0, longest = 0, lastInterval = double.NaN;
        var middle = cut - ((cut - first) / 2);
        foreach (var day in days)
        {
            if (day.Day > cut)
            {
                break;
            }

            total += day.Value;
            var ago = cut - day.Day;
            for (var span = 0; span < Spans.Count; span++)
            {
                if (ago < Spans[span])
                {
                    values[span] += day.Value;
                    counts[span] += day.IsReturn ? 0 : 1;
                }
            }

            if (day.IsReturn)
            {
                returns++;
                continue;
            }

            if (orders > 0)
            {
                lastInterval = day.Day - last;
                sum += lastInterval;
                squares += lastInterval * lastInterval;
                longest = Math.Max(longest, lastInterval);
            }

            orders++;
            paid += day.Value;
            decayed += Math.Exp(-ago * Math.Log(2) / HalfLife);
            recentHalf += day.Day > middle ? 1 : 0;
            largest = Math.Max(largest, day.Value);
            (last, lastValue) = (day.Day, day.Value);
        }

        var intervals = orders - 1;
        var mean = intervals > 0 ? sum / intervals : double.NaN;
        into[0][at] = cut - last;
        into[1][at] = cut - first;
        into[2][at] = orders;
        for (var span = 0; span < Spans.Count; span++)
        {
            into[3 + span][at] = counts[span];
            into[3 + Spans.Count + span][at] = values[span];
        }

        var next = AfterSpans;
        into[next++][at] = mean;
        into[next++][at] = intervals > 1 ? Math.Sqrt(Math.Max(0, (squares / intervals) - (mean * mean))) : double.NaN;
        into[next++][at] = intervals > 0 ? longest : double.NaN;
        into[next++][at] = lastInterval;
        into[next++][at] = (cut - last) / mean;
        into[next++][at] = (2 * recentHalf) - orders;
        into[next++][at] = decayed;
        into[next++][at] = firstValue;
        into[next++][at] = lastValue;
        into[next++][at] = largest;
        into[next++][at] = paid / orders;
        into[next++][at] = total;
        into[next++][at] = returns;
        into[next++][at] = _logit[row];
        into[next++][at] = _alive[row];
        into[next][at] = _expected[row];
    }

    /// <summary>Columns without values yet.</summary>
    /// <param name="rows">How many customers they hold.</param>
    public static double[][] Empty(int rows)
    {
        var columns = new double[Names.Count][];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new double[rows];
        }

        return columns;
    }

    /// <summary>Filled columns as features.</summary>
    /// <param name="values">By feature and customer.</param>
    /// <param name="rows">How many customers are filled in.</param>
    public static List<FeatureColumn> Columns(double[][] values, int rows) => [.. values.Select((column, at) => FeatureColumn.OfNumbers(Names[at], column.AsSpan(0, rows).ToArray()))];
}
