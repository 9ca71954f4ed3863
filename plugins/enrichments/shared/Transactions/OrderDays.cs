namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>A day on which a customer ordered, or gave back more than was ordered: that day takes value away and is no order.</summary>
/// <param name="Day">The day's number; see <see cref="DateOnly.DayNumber"/>.</param>
/// <param name="Value">What the orders of that day are worth together, returns taken off.</param>
internal readonly record struct OrderDay(int Day, double Value)
{
    /// <summary>Whether more was given back than bought.</summary>
    public bool IsReturn => Value < 0;
}

/// <summary>What is known of a customer at a cut.</summary>
/// <param name="First">The day of the first order.</param>
/// <param name="Orders">x: days with an order after the first.</param>
/// <param name="Last">t_x in days.</param>
/// <param name="Age">T in days.</param>
/// <param name="RepeatMean">The mean value of an order day after the first, of those above 0; 0 where there is none.</param>
/// <param name="PaidRepeats">How many order days after the first are worth more than 0.</param>
/// <param name="Total">What all orders are worth together.</param>
/// <param name="LogIntervals">Sum of the logarithms of the intervals, in days.</param>
internal readonly record struct Snapshot(int First, int Orders, int Last, int Age, double RepeatMean, int PaidRepeats, double Total, double LogIntervals)
{
    /// <summary>The history for the models.</summary>
    public History History => new(Orders, Last, Age);
}

/// <summary>From orders to the sufficient statistics of the models.</summary>
internal static class OrderDays
{
    /// <summary>Sorts by day and makes one of what falls on one day: orders of a day are one event.</summary>
    /// <param name="orders">Any order; changed in place.</param>
    public static void Merge(List<OrderDay> orders)
    {
        orders.Sort(static (a, b) => a.Day.CompareTo(b.Day));
        var kept = 0;
        for (var i = 0; i < orders.Count; i++)
        {
            if (kept > 0 && orders[kept - 1].Day == orders[i].Day)
            {
                orders[kept - 1] = orders[kept - 1] with { Value = orders[kept - 1].Value + orders[i].Value };
            }
            else
            {
                orders[kept++] = orders[i];
            }
        }

        orders.RemoveRange(kept, orders.Count - kept);
    }

    /// <summary>What is known at the end of a day.</summary>
    /// <param name="days">Merged days in order.</param>
    /// <param name="cut">The day; what comes after it is not looked at.</param>
    /// <returns>The snapshot, or null when the first order comes after the cut.</returns>
    public static Snapshot? At(ReadOnlySpan<OrderDay> days, int cut)
    {
        var start = 0;
        while (start < days.Length && days[start].IsReturn)
        {
            start++;
        }

        if (start == days.Length || days[start].Day > cut)
        {
            return null;
        }

        var first = days[start].Day;
        int orders = 0, paid = 0, last = first;
        double total = days[start].Value, repeat = 0, logs = 0;
        for (var i = start + 1; i < days.Length && days[i].Day <= cut; i++)
        {
            total += days[i].Value;
            repeat += days[i].Value;
            if (days[i].IsReturn)
            {
                continue;
            }

            orders++;
            logs += Math.Log(days[i].Day - last);
            last = days[i].Day;
            if (days[i].Value > 0)
            {
                paid++;
            }
        }

        // What was given back may be more than what was bought again; then repeated orders say nothing of their worth.
        var known = paid > 0 && repeat > 0;
        return new Snapshot(first, orders, last - first, cut - first, known ? repeat / paid : 0, known ? paid : 0, total, logs);
    }

    /// <summary>Orders and their value after a day, up to and with another.</summary>
    /// <param name="days">Merged days in order.</param>
    /// <param name="after">The day before the window.</param>
    /// <param name="to">The window's last day.</param>
    public static (int Orders, double Value) Between(ReadOnlySpan<OrderDay> days, int after, int to)
    {
        var count = 0;
        var value = 0.0;
        foreach (var day in days)
        {
            if (day.Day > after && day.Day <= to)
            {
                count += day.IsReturn ? 0 : 1;
                value += day.Value;
            }
        }

        return (count, value);
    }
}
