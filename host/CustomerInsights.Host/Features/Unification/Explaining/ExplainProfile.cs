using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>GET /profiles/{id}/explanation: why a profile's records are one person, and where it would part.</summary>
internal static class ExplainProfile
{
    private const int MostEdges = 200;
    private const int DefaultEdges = 20;
    private const int MostRules = 200;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/explanation", HandleAsync).WithName(nameof(ExplainProfile))
            .WithSummary("Why a profile's records are one person: rules, verdicts, the matcher's pairs field by field in bits, and the weakest cut. 'edges' pairs are given, 20 unless told, 200 at most.")
            .Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<ProfileExplanationResponse>, ProblemHttpResult>> HandleAsync(
        string id, int? edges, KeptRuns runs, IProfileStore profiles, CancellationToken cancellationToken)
    {
        if (edges is < 0 or > MostEdges)
        {
            return Problems.Invalid("edges", "range", $"{edges} is not possible; ask for 0 to {MostEdges} edges.");
        }

        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var lineage = await profiles.LineageAsync(profile.Id, cancellationToken);
        try
        {
            var run = await runs.OfAsync(profile.Type, cancellationToken);
            var row = run is { Run.HasModel: true } ? lineage.Nodes.Select(node => run.Run.RowOf(node.Id)).FirstOrDefault(found => found is not null) : null;
            return TypedResults.Ok(await OfAsync(profile, lineage, run, row, edges ?? DefaultEdges, profiles, cancellationToken));
        }
        catch (JobFailedException error)
        {
            return RunWords.Refuse(error);
        }
    }

    private static async Task<ProfileExplanationResponse> OfAsync(
        StoredProfile profile, ProfileLineage lineage, KeptRun? run, int? row, int edges, IProfileStore profiles, CancellationToken cancellationToken)
    {
        var own = lineage.Nodes.ToDictionary(node => node.Id, node => new RecordReference(node.Stream, node.Key));
        var rules = lineage.Edges.Where(edge => edge.Rule != Core.Unification.MatcherPolicy.Rule && own.ContainsKey(edge.A) && own.ContainsKey(edge.B)).ToList();
        var joined = string.Create(CultureInfo.InvariantCulture, $"{own.Count:N0} {(own.Count == 1 ? "record" : "records")}.{Told(rules)}");
        IReadOnlyList<EdgeResponse> shown = [.. rules.Take(MostRules).Select(edge => new EdgeResponse(own[edge.A], own[edge.B], edge.Kind, edge.Rule, edge.Score))];
        if (run is null || row is null)
        {
            return new(profile.Id.ToString(), profile.Type, [.. own.Values], shown, null, run?.At, false, $"{joined} {RunWords.Lacking(run, "these records")}");
        }

        var cluster = run.Clusters.Explain(row.Value);
        var members = run.Members(row.Value);
        var differs = !members.SetEquals(lineage.Nodes.Select(node => node.Id).Where(node => run.Run.RowOf(node) is not null));
        var names = await profiles.NodesAsync(members, cancellationToken);
        var told = differs ? RunWords.Changed(run, "made another profile of them") : "";
        return new(profile.Id.ToString(), profile.Type, [.. own.Values], shown, Shown(cluster, run, names, edges), run.At, differs, $"{joined} {cluster.Sentence}{told}");
    }

    private static ClusterExplanationResponse Shown(ClusterExplanation cluster, KeptRun run, IReadOnlyDictionary<long, LineageNode> names, int edges)
    {
        RecordReference? Name(int row) => names.TryGetValue(run.Run.Nodes[row], out var node) ? new(node.Stream, node.Key) : null;
        IReadOnlyList<RecordReference> Names(IReadOnlyList<int> rows) => [.. rows.Select(Name).OfType<RecordReference>()];
        CutResponse? Cut(ClusterCut? cut) => cut is null ? null
            : new(Names(cut.Part), Names(cut.Other), cut.PartRecords, cut.OtherRecords, cut.AverageBits, cut.SumBits, cut.LikelySame, cut.LikelyWrong);
        return new(
            cluster.Records,
            cluster.Compared,
            cluster.Density,
            cluster.Bridges,
            Cut(cluster.WeakestCut),
            Cut(cluster.LeastSum),
            cluster.Conflicts,
            cluster.GivenNames,
            [.. cluster.TooManyOfSource.Select(source => new StreamExcess(run.StreamOf(source.Source, names) ?? "", source.Records, source.Usual))],
            [
                .. cluster.Edges.Take(edges).Select(edge => (Left: Name(edge.A), Right: Name(edge.B), edge)).Where(one => one.Left is not null && one.Right is not null)
                    .Select(one => new ClusterEdgeResponse(one.Left!, one.Right!, one.edge.Bits, one.edge.IsBridge, EvidenceResponse.Of(run.Pairs.ExplainCompared(one.edge.A, one.edge.B)))),
            ]);
    }

    private static string Told(List<StoredEdge> rules) => rules.Count == 0 ? ""
        : $" Joined by {string.Join(" and ", rules.Select(EdgeWords.Of).Distinct().Take(3))}{(rules.Select(EdgeWords.Of).Distinct().Skip(3).Any() ? " and more" : "")}.";
}
