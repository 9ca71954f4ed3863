using CustomerInsights.Enrichments.Predictions.Learning;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>What is known of subscribers as of a day, in columns that can be learned from; never what became known later.</summary>
internal sealed class SubscriptionFeatures(int rows, IReadOnlyList<string> plans)
{
    private static readonly IReadOnlyList<string> Names =
    [
        "Days until the end of the term", "Length of the term", "Days since the first term", "Days without a break", "Terms", "Terms without a break", "Breaks",
        "Price of the term", "Change of price", "Price of a day", "Price of all terms", "Days between terms, mean", "Days between terms, last", "Days between terms, longest",
        "Days that the last renewal was early", "Mean length of a term", "Change of length", "Days since the last renewal",
    ];

    private readonly double[][] _numbers = [.. Names.Select(_ => new double[rows])];
    private readonly int[] _plan = new int[rows];

    /// <summary>How many rows are filled in.</summary>
    public int Rows { get; private set; }

    /// <summary>Fills in the next row.</summary>
    /// <param name="terms">By their first day.</param>
    /// <param name="standing">How the customer stands.</param>
    /// <param name="day">The day.</param>
    /// <param name="grace">So many days after its end a term is not renewed any more.</param>
    public void Add(ReadOnlySpan<Term> terms, Standing standing, int day, int grace)
    {
        int count = 0, run = 0, breaks = 0, gaps = 0;
        double price = 0, gapSum = 0, longestGap = double.NaN, lastGap = double.NaN, early = double.NaN, lengths = 0;
        Term first = default, last = default, before = default;
        var until = 0;
        foreach (var term in terms)
        {
            if (term.Recorded > day || (term.Start > day && (count == 0 || term.Start > until + grace)))
            {
                continue;
            }

            if (count == 0)
            {
                first = term;
            }
            else
            {
                lastGap = term.Start - until;
                gapSum += lastGap;
                longestGap = double.IsNaN(longestGap) ? lastGap : Math.Max(longestGap, lastGap);
                early = until - term.Recorded;
                breaks += lastGap > grace ? 1 : 0;
                gaps++;
            }

            count++;
            run += term.Start >= standing.Since ? 1 : 0;
            price += term.Price;
            lengths += term.End - term.Start;
            (before, last) = (last, term);
            until = Math.Max(until, term.End);
        }

        var at = Rows++;
        var next = 0;
        Put(standing.Until - day);
        Put(last.End - last.Start);
        Put(day - first.Start);
        Put(day - standing.Since);
        Put(count);
        Put(run);
        Put(breaks);
        Put(last.Price);
        Put(count > 1 && before.Price > 0 ? (last.Price / before.Price) - 1 : double.NaN);
        Put(last.Price / Math.Max(1, last.End - last.Start));
        Put(price);
        Put(gaps > 0 ? gapSum / gaps : double.NaN);
        Put(lastGap);
        Put(longestGap);
        Put(early);
        Put(lengths / Math.Max(1, count));
        Put(count > 1 ? (last.End - last.Start) - (before.End - before.Start) : double.NaN);
        Put(day - last.Recorded);
        _plan[at] = last.Plan;

        void Put(double value) => _numbers[next++][at] = value;
    }

    /// <summary>The columns of the rows that are filled in.</summary>
    public List<FeatureColumn> Columns()
    {
        List<FeatureColumn> columns = [.. _numbers.Select((values, at) => FeatureColumn.OfNumbers(Names[at], values.AsSpan(0, Rows).ToArray()))];
        if (plans.Count > 0)
        {
            columns.Add(FeatureColumn.OfLevels("Plan", _plan[..Rows], plans));
        }

        return columns;
    }
}
