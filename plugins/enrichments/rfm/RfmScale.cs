namespace CustomerInsights.Enrichments.Rfm;

/// <summary>What is counted of a customer.</summary>
/// <param name="Recency">Days since the last order.</param>
/// <param name="Frequency">Days with an order within the window.</param>
/// <param name="Money">What they were worth, returns taken off.</param>
internal readonly record struct RfmCounts(int Recency, int Frequency, double Money);

/// <summary>Where a customer stands, each 0 to 1, 1 the best.</summary>
internal readonly record struct RfmPercentiles(double Recency, double Frequency, double Money)
{
    /// <summary>1 to 5.</summary>
    /// <param name="percentile">0 to 1.</param>
    public static int Code(double percentile) => Math.Clamp((int)Math.Ceiling(5 * percentile), 1, 5);
}

/// <summary>The customers of a market, sorted, so that anyone's place among them is found by halving.</summary>
internal sealed class RfmScale
{
    /// <summary>Below so many customers a market's own places are drawn towards those of all.</summary>
    public const int FewestCustomers = 200;

    private readonly List<RfmCounts> _counts = [];
    private double[] _recency = [];
    private double[] _frequency = [];
    private double[] _money = [];

    /// <summary>How many customers there are.</summary>
    public int Customers => _counts.Count;

    /// <summary>Adds a customer.</summary>
    /// <param name="counts">What is counted.</param>
    public void Add(RfmCounts counts) => _counts.Add(counts);

    /// <summary>Sorts; after that nobody is added.</summary>
    public void Close()
    {
        _recency = [.. _counts.Select(counts => (double)-counts.Recency).Order()];
        _frequency = [.. _counts.Select(counts => (double)counts.Frequency).Order()];
        _money = [.. _counts.Select(counts => counts.Money).Order()];
    }

    /// <summary>The middle place of all who have the same, so that equals stay together.</summary>
    /// <param name="counts">What is counted of one of them.</param>
    public RfmPercentiles Place(RfmCounts counts) => new(Place(_recency, -counts.Recency), Place(_frequency, counts.Frequency), Place(_money, counts.Money));

    /// <summary>The place within a market, for a small one drawn towards that among all: (n own + 200 all) / (n + 200).</summary>
    /// <param name="market">The market.</param>
    /// <param name="all">Everybody.</param>
    /// <param name="counts">What is counted.</param>
    public static RfmPercentiles Place(RfmScale market, RfmScale all, RfmCounts counts)
    {
        var own = market.Place(counts);
        if (market.Customers >= FewestCustomers || ReferenceEquals(market, all))
        {
            return own;
        }

        var whole = all.Place(counts);
        double n = market.Customers;
        double Draw(double mine, double others) => ((n * mine) + (FewestCustomers * others)) / (n + FewestCustomers);
        return new RfmPercentiles(Draw(own.Recency, whole.Recency), Draw(own.Frequency, whole.Frequency), Draw(own.Money, whole.Money));
    }

    private static double Place(double[] sorted, double value)
    {
        int Below(bool orEqual)
        {
            int low = 0, high = sorted.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (sorted[middle] < value || (orEqual && sorted[middle] == value))
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }

        return sorted.Length == 0 ? 0.5 : 0.5 * (Below(orEqual: false) + Below(orEqual: true)) / sorted.Length;
    }
}

/// <summary>Names for codes.</summary>
internal static class RfmLabels
{
    /// <summary>All of them, the best first.</summary>
    public static readonly IReadOnlyList<(string Label, string Meaning)> All =
    [
        ("champion", "Recency 4 or 5, and frequency and money 4 or 5 on average."),
        ("loyal", "Recency 3 to 5, and frequency and money 3 or more on average."),
        ("promising", "Recency 3 to 5, and frequency and money below 3 on average."),
        ("cannot_lose", "Recency 1 or 2, and frequency and money 4 or 5 on average."),
        ("at_risk", "Recency 2 and less than 4 on average, or recency 1 and 3 on average."),
        ("lost", "Recency 1, and frequency and money below 3 on average."),
    ];

    /// <summary>The label of a code.</summary>
    /// <param name="recency">1 to 5.</param>
    /// <param name="frequency">1 to 5.</param>
    /// <param name="money">1 to 5.</param>
    public static string Of(int recency, int frequency, int money) => (recency, 0.5 * (frequency + money)) switch
    {
        ( >= 4, >= 4) => "champion",
        ( >= 3, >= 3) => "loyal",
        ( >= 3, _) => "promising",
        (_, >= 4) => "cannot_lose",
        (2, _) or (1, >= 3) => "at_risk",
        _ => "lost",
    };
}
