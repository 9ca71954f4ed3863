using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Sdk.Testing.Reports;

/// <summary>The report for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    internal static void Write(ConformanceReport report, Stream target) => JsonSerializer.Serialize(
        target,
        new
        {
            report.PluginId,
            report.PluginVersion,
            report.KitVersion,
            report.StartedAt,
            report.Passed,
            report.Tier,
            report.TierReason,
            Counts = report.Results.GroupBy(result => result.Outcome).ToDictionary(group => JsonNamingPolicy.CamelCase.ConvertName(group.Key.ToString()), group => group.Count(), StringComparer.Ordinal),
            Results = report.Results.Select(result => new
            {
                Check = result.CheckId,
                result.Title,
                result.Group,
                result.Mode,
                result.Component,
                result.Outcome,
                result.Message,
                Milliseconds = (long)result.Duration.TotalMilliseconds,
            }),
            NotYet = ConformanceCatalog.All.Where(check => check.Status == ConformanceCheckStatus.NotYet).Select(check => check.Id),
        },
        Options);
}
