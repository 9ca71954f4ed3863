using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Scoring;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>Why a score is what it is, in words.</summary>
internal static class Wording
{
    private const int LongestName = 120;
    private const int LongestLevel = 60;

    /// <summary>The factors of one row, the strongest first. Related features count together; the one that does most of it is named.</summary>
    /// <param name="plan">The columns.</param>
    /// <param name="columns">Their values.</param>
    /// <param name="added">By column, what it adds to the logit.</param>
    /// <param name="row">The row.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="least">What moves the logit by less is not told.</param>
    public static List<string> Of(ColumnPlan plan, IReadOnlyList<FeatureColumn> columns, double[] added, int row, int most, double least)
    {
        var groups = new Dictionary<string, (double Sum, int Strongest)>(StringComparer.Ordinal);
        foreach (var (column, at) in plan.Columns.Select((column, at) => (column, at)))
        {
            groups[column.Group] = groups.TryGetValue(column.Group, out var group) ? (group.Sum + added[at], group.Strongest) : (added[at], at);
        }

        foreach (var (column, at) in plan.Columns.Select((column, at) => (column, at)))
        {
            // Of a group that raises the score the feature that raises it most, and the other way round.
            var (sum, strongest) = groups[column.Group];
            if (Math.Sign(sum) * added[at] > Math.Sign(sum) * added[strongest])
            {
                groups[column.Group] = (sum, at);
            }
        }

        return
        [
            .. groups.Where(group => Math.Abs(group.Value.Sum) >= least)
                .OrderByDescending(group => Math.Abs(group.Value.Sum)).ThenBy(group => group.Value.Strongest).Take(most)
                .Select(group => $"{(group.Value.Sum > 0 ? "Raises" : "Lowers")}: {Short(plan.Columns[group.Value.Strongest].Name, LongestName)} = {Value(columns[group.Value.Strongest], row)}"),
        ];
    }

    private static string Value(FeatureColumn column, int row) => column.IsCategory
        ? column.Levels[row] < 0 ? "unknown" : Short(column.LevelNames[column.Levels[row]], LongestLevel)
        : double.IsNaN(column.Numbers[row]) ? "unknown" : column.Numbers[row].ToString("0.##", CultureInfo.InvariantCulture);

    private static string Short(string text, int most) => text.Length > most ? text[..most] : text;
}
