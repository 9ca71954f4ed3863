using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>POST /unification/previews/{id}/labels: answers about pairs of a preview. They measure; to hold records together or apart give a verdict.</summary>
internal static class LabelPreview
{
    /// <summary>Answers.</summary>
    /// <param name="Labels">1 to 1,000.</param>
    public sealed record Request(IReadOnlyList<Answer> Labels);

    /// <summary>An answer about two records that the preview asks about.</summary>
    /// <param name="Left">One.</param>
    /// <param name="Right">The other; the order does not matter.</param>
    /// <param name="Verdict">same or different.</param>
    public sealed record Answer(RecordReference Left, RecordReference Right, string Verdict);

    /// <summary>What all answers so far measure.</summary>
    /// <param name="Labels">Pairs answered.</param>
    /// <param name="Measured">Precision and recall with 95 % intervals, from the random pairs among them.</param>
    public sealed record Response(int Labels, MeasuredQuality Measured);

    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/previews/{id}/labels", HandleAsync).WithName(nameof(LabelPreview))
            .WithSummary("Answers about pairs of a preview; gives precision and recall as measured by all answers so far.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, Request request, IPolicyStore store, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Labels.Count is 0 or > Most)
        {
            return Problems.Invalid("/labels", "count", $"There are {request.Labels.Count} labels; send 1 to {Most:N0}.");
        }

        if (await store.FindPreviewAsync(id, cancellationToken) is not { } preview)
        {
            return GetPreview.NotFound(id);
        }

        var result = Json.Read<PreviewResult>(preview.Result);
        var nodes = await profiles.NodesAsync([.. PreviewRecords.PairsOf(result).SelectMany(pair => pair).Distinct()], cancellationToken);
        var asked = new Dictionary<(RecordReference, RecordReference), (long Left, long Right)>();
        foreach (var pair in PreviewRecords.PairsOf(result).Where(pair => nodes.ContainsKey(pair[0]) && nodes.ContainsKey(pair[1])))
        {
            var (left, right) = (Of(nodes[pair[0]]), Of(nodes[pair[1]]));
            asked[(left, right)] = asked[(right, left)] = (pair[0], pair[1]);
        }

        var labels = new Dictionary<(long, long), PreviewLabel>();
        for (var i = 0; i < request.Labels.Count; i++)
        {
            var answer = request.Labels[i];
            if (!VerdictWords.IsOne(answer.Verdict))
            {
                return Problems.Invalid($"/labels/{i}/verdict", "verdict", $"'{answer.Verdict}' is no answer; say 'same' or 'different'.");
            }

            if (!asked.TryGetValue((answer.Left, answer.Right), out var pair))
            {
                return Problems.Invalid($"/labels/{i}", "pair", "The preview does not ask about these two. Answer about its 'patterns' and 'random'; about any others give a verdict: POST /api/v1/unification/verdicts.");
            }

            labels[pair] = new PreviewLabel(pair.Left, pair.Right, answer.Verdict == VerdictWords.Same);
        }

        if (!await store.LabelAsync(id, [.. labels.Values], context.ActorName(), cancellationToken))
        {
            return GetPreview.NotFound(id);
        }

        var all = await store.LabelsAsync(id, cancellationToken);
        return TypedResults.Ok(new Response(all.Count, PreviewRecords.Measured(result, all)));
    }

    private static RecordReference Of(LineageNode node) => new(node.Stream, node.Key);
}
