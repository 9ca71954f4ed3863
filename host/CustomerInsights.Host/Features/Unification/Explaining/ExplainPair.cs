using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>GET /unification/explanations: why two records, or two profiles, are one person or are not.</summary>
internal static class ExplainPair
{
    // Of a profile so many records are looked at for the strongest pair.
    private const int MostRecords = 30;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/explanations", HandleAsync).WithName(nameof(ExplainPair))
            .WithSummary("Why two records, or two profiles, are one person or are not: rules, verdicts, and the matcher's evidence field by field in bits. 'left' and 'right' are each stream/key, or a profile's id.")
            .Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<PairExplanationResponse>, ProblemHttpResult>> HandleAsync(
        string? left, string? right, KeptRuns runs, IProfileStore profiles, IRecordStore records, CancellationToken cancellationToken)
    {
        var (one, problem) = await References.FindAsync(left, "left", profiles, records, cancellationToken);
        var (other, otherProblem) = await References.FindAsync(right, "right", profiles, records, cancellationToken);
        if (one is null || other is null)
        {
            return (problem ?? otherProblem)!;
        }

        if (one.Profile.Type != other.Profile.Type)
        {
            return Problems.Invalid("right", "type", $"Left is a {one.Profile.Type} and right is a {other.Profile.Type}; both must be of one type.");
        }

        var near = await profiles.NeighbourhoodAsync(one.Profile.Id == other.Profile.Id ? [one.Profile.Id] : [one.Profile.Id, other.Profile.Id], cancellationToken);
        var (a, b) = (Nodes(one, near), Nodes(other, near));
        if (a.Intersect(b).Any())
        {
            return Problems.Invalid("right", "same", $"Left and right are the same. Name two records; why a profile is one person is told by GET /api/v1/profiles/{one.Profile.Id}/explanation.");
        }

        try
        {
            var run = await runs.OfAsync(one.Profile.Type, cancellationToken);
            return TypedResults.Ok(Explain(one, other, a, b, near, run));
        }
        catch (JobFailedException error)
        {
            return RunWords.Refuse(error);
        }
    }

    private static PairExplanationResponse Explain(Named one, Named other, List<long> a, List<long> b, ProfileNeighbourhood near, KeptRun? run)
    {
        var together = one.Profile.Id == other.Profile.Id;
        var pair = run is null ? null : Strongest(run, a.Take(MostRecords), b.Take(MostRecords));
        if (pair is not null)
        {
            (a, b) = ([run!.Run.Nodes[pair.Rows[0]]], [run.Run.Nodes[pair.Rows[1]]]);
        }

        var path = together ? EdgePath.Find(near.Edges, a, b) : [];
        var profileOf = near.Members.ToDictionary(member => member.Node, member => member.Id);
        var denied = near.Edges.Where(edge => edge.Kind == EdgeKind.Denied
            && (together ? (a.Contains(edge.A) && b.Contains(edge.B)) || (a.Contains(edge.B) && b.Contains(edge.A)) : profileOf[edge.A] != profileOf[edge.B])).ToList();
        var names = near.Nodes.ToDictionary(node => node.Id, node => new RecordReference(node.Stream, node.Key));
        IReadOnlyList<EdgeResponse> Shown(IEnumerable<StoredEdge> edges) =>
            [.. edges.Where(edge => names.ContainsKey(edge.A) && names.ContainsKey(edge.B)).Select(edge => new EdgeResponse(names[edge.A], names[edge.B], edge.Kind, edge.Rule, edge.Score))];
        return new(
            one.Profile.Type,
            names[a[0]],
            names[b[0]],
            one.Profile.Id.ToString(),
            other.Profile.Id.ToString(),
            together,
            Shown(path),
            Shown(denied),
            pair is null ? null : EvidenceResponse.Of(pair),
            run?.At,
            string.Join(' ', new[] { Stands(together, path), Held(denied), Seen(run, pair, together) }.Where(part => part.Length > 0)));
    }

    // The pair with the most evidence; which key brought it together is looked up for that one only.
    private static PairExplanation? Strongest(KeptRun run, IEnumerable<long> a, IEnumerable<long> b)
    {
        if (!run.Run.HasModel)
        {
            return null;
        }

        var (left, right) = (a.Select(run.Run.RowOf).OfType<int>().ToList(), b.Select(run.Run.RowOf).OfType<int>().ToList());
        return left.SelectMany(x => right.Select(y => (x, y))).OrderByDescending(pair => run.Pairs.ExplainCompared(pair.x, pair.y).Bits).ThenBy(pair => pair)
            .Take(1).Select(pair => run.Pairs.Explain(pair.x, pair.y)).FirstOrDefault();
    }

    private static List<long> Nodes(Named named, ProfileNeighbourhood near) => named.Record is { } record
        ? [.. near.Nodes.Where(node => (node.Stream, node.Key) == record).Select(node => node.Id)]
        : [.. near.Members.Where(member => member.Id == named.Profile.Id).Select(member => member.Node)];

    private static string Stands(bool together, IReadOnlyList<StoredEdge> path) => (together, path.Count) switch
    {
        (false, _) => "Two profiles.",
        (true, 0) => "One profile.",
        (true, 1) => $"One profile: {EdgeWords.Of(path[0])} joined the two.",
        _ => string.Create(CultureInfo.InvariantCulture, $"One profile, through {path.Count - 1:N0} other {(path.Count == 2 ? "record" : "records")}: {string.Join(", then ", path.Select(EdgeWords.Of))}."),
    };

    private static string Held(List<StoredEdge> denied) => denied.Count == 0 ? "" : $"Held apart, whatever the evidence, by {string.Join(" and ", denied.Select(EdgeWords.Of).Distinct().Take(3))}.";

    private static string Seen(KeptRun? run, PairExplanation? pair, bool together)
    {
        if (run is null || pair is null)
        {
            return RunWords.Lacking(run, "both records");
        }

        var certain = run.Run.IsCertain(pair.Rows[0], pair.Rows[1]) ? "Certain by rules or people before the matcher looked; alone it would say: " : "";
        var differs = (pair.Verdict is PairVerdict.Together or PairVerdict.TogetherThroughOthers) != together
            ? RunWords.Changed(run, $"had them {(together ? "apart" : "together")}") : "";
        return $"{certain}{pair.Sentence}{differs}";
    }
}
