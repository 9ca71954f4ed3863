using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>Adds accounts, parents and clusters to what a unification run says of itself.</summary>
internal static class AccountsReport
{
    public static JobResult AddTo(JobResult result, string type, IReadOnlyList<LinkReport> links, long linked, IReadOnlyList<ClusterReport> clusters)
    {
        if (links.Count == 0 && clusters.Count == 0)
        {
            return result with { Changed = result.Changed + linked };
        }

        var details = new Dictionary<string, long>(result.Details ?? new Dictionary<string, long>(StringComparer.Ordinal), StringComparer.Ordinal) { ["links"] = linked };
        var warnings = (result.Warnings ?? []).ToList();
        var summary = result.Summary;
        foreach (var link in links)
        {
            details[$"{link.As}Linked"] = link.Linked;
            details[$"{link.As}Orphans"] = link.Orphans;
            details[$"{link.As}OrphansDropped"] = link.OrphansDropped;
            details[$"{link.As}PointingTwice"] = link.PointingTwice;
            summary += link.OrphansDropped > 0
                ? $" {link.Linked:N0} have one {link.As}; {link.OrphansDropped:N0} without were dropped."
                : $" {link.Linked:N0} have one {link.As}, {link.Orphans:N0} have none.";
            warnings.AddRange(Warnings(type, link));
        }

        foreach (var cluster in clusters)
        {
            details[$"{cluster.Name}Clusters"] = cluster.Clusters;
            details[$"{cluster.Name}Members"] = cluster.Members;
            summary += $" {cluster.Members:N0} are in {cluster.Clusters:N0} clusters of the kind {cluster.Name}.";
            warnings.AddRange(cluster.Warnings.Select(warning => $"{type}, {cluster.Name}: {warning}"));
        }

        var report = result.Report is { } own ? JsonNode.Parse(own.GetRawText())!.AsObject() : [];
        report["links"] = JsonSerializer.SerializeToNode(links, Json.Options);
        report["clusters"] = JsonSerializer.SerializeToNode(clusters, Json.Options);
        return new JobResult(result.Changed + linked, summary, details)
        {
            Warnings = warnings.Count == 0 ? null : warnings,
            Report = JsonSerializer.SerializeToElement(report, Json.Options),
        };
    }

    private static IEnumerable<string> Warnings(string type, LinkReport link)
    {
        if (link.PointingTwice > 0)
        {
            yield return $"{link.PointingTwice:N0} profiles of '{type}' have records that point at different profiles of '{link.To}'; the winner record's word holds. See 'links' in the run's report.";
        }

        if (link.UnknownKeys > 0)
        {
            yield return $"{link.UnknownKeys:N0} records of '{type}' name as {link.As} a record that there is not.";
        }

        foreach (var circle in link.Circles)
        {
            yield return $"The parents of '{type}' go round in a circle, which is not followed: {circle}. Correct one of these records.";
        }
    }
}
