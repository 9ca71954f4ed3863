namespace CustomerInsights.Enrichments.Predictions.Evaluation;

/// <summary>Who the customers of high value are, and how many of them a list of the same length finds.</summary>
internal static class HighValue
{
    /// <summary>The smallest number of customers who bring a share of the whole value.</summary>
    /// <param name="values">What each customer brings; below 0 counts as 0.</param>
    /// <param name="share">The share, 0 to 1: 0.8 for the rule of 80 and 20.</param>
    /// <returns>The number; 0 when nobody brings anything.</returns>
    public static int SmallestGroup(ReadOnlySpan<double> values, double share)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var total = 0.0;
        foreach (var value in sorted)
        {
            total += Math.Max(0, value);
        }

        var sum = 0.0;
        var count = 0;
        for (var i = sorted.Length - 1; i >= 0 && total > 0 && sum < share * total && sorted[i] > 0; i--)
        {
            sum += sorted[i];
            count++;
        }

        return count;
    }

    /// <summary>The share of the customers of high value that is found by as long a list of those with the highest predictions.</summary>
    /// <param name="predicted">Predictions.</param>
    /// <param name="actual">What each brought.</param>
    /// <param name="length">How long both lists are.</param>
    /// <returns>0 to 1; those who tie at the border of a list are on it in proportion.</returns>
    public static double SuccessRate(ReadOnlySpan<double> predicted, ReadOnlySpan<double> actual, int length)
    {
        if (length <= 0)
        {
            return 0;
        }

        var (border, share) = Border(predicted, length);
        var (actualBorder, actualShare) = Border(actual, length);
        var found = 0.0;
        for (var i = 0; i < predicted.Length; i++)
        {
            found += On(predicted[i], border, share) * On(actual[i], actualBorder, actualShare);
        }

        return found / length;

        static double On(double value, double border, double share) => value > border ? 1 : value == border ? share : 0;
    }

    /// <summary>The value of the last one on a list of the highest.</summary>
    /// <param name="values">The values.</param>
    /// <param name="length">How long the list is, 1 to the number of values.</param>
    /// <returns>The value, and which share of those with this value has a place.</returns>
    public static (double Value, double Share) Border(ReadOnlySpan<double> values, int length)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var border = sorted[sorted.Length - length];
        int above = 0, equal = 0;
        foreach (var value in sorted)
        {
            above += value > border ? 1 : 0;
            equal += value == border ? 1 : 0;
        }

        return (border, (double)(length - above) / equal);
    }
}
