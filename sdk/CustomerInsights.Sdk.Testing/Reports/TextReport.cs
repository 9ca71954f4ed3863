using System.Globalization;
using System.Text;

namespace CustomerInsights.Sdk.Testing.Reports;

/// <summary>The report for people.</summary>
internal static class TextReport
{
    internal static string Write(ConformanceReport report)
    {
        var text = new StringBuilder();
        var counts = report.Results.GroupBy(result => result.Outcome).ToDictionary(group => group.Key, group => group.Count());
        text.Append(CultureInfo.InvariantCulture, $"{report.PluginId} {report.PluginVersion}: {(report.Passed ? "conforms" : "does not conform")}. ");
        text.Append(CultureInfo.InvariantCulture, $"{counts.GetValueOrDefault(ConformanceOutcome.Passed)} passed, {counts.GetValueOrDefault(ConformanceOutcome.Failed)} failed, ");
        text.Append(CultureInfo.InvariantCulture, $"{counts.GetValueOrDefault(ConformanceOutcome.Skipped)} skipped, {counts.GetValueOrDefault(ConformanceOutcome.NotApplicable)} not applicable.\n");
        text.Append(CultureInfo.InvariantCulture, $"Tier on {report.StartedAt:yyyy-MM-dd}: {report.Tier}. {report.TierReason} (kit {report.KitVersion})");
        Part(text, report, ConformanceOutcome.Failed, "Failed");
        Part(text, report, ConformanceOutcome.Skipped, "Skipped");
        return text.ToString();
    }

    private static void Part(StringBuilder text, ConformanceReport report, ConformanceOutcome outcome, string title)
    {
        // The same words are said once: of a check in both modes, or of all checks that could not run for one reason.
        var some = report.Results.Where(result => result.Outcome == outcome).GroupBy(result => (result.Component, result.Message)).ToList();
        if (some.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n\n{title}:");
        foreach (var same in some)
        {
            var checks = same.DistinctBy(result => result.CheckId).ToList();
            var where = string.Join(", ", new[] { same.Key.Component }.Concat(same.Select(result => result.Mode?.ToString())).Where(part => part is not null).Distinct(StringComparer.Ordinal));
            var what = checks is [var only] ? $"{only.CheckId}  {only.Title}" : string.Join(' ', checks.Select(result => result.CheckId));
            text.Append(CultureInfo.InvariantCulture, $"\n  {what}{(where.Length > 0 ? $" [{where}]" : "")}\n       {same.Key.Message}");
        }
    }
}
