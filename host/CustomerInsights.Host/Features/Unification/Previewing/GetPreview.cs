using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>GET /unification/previews/{id}: one preview with its questions and what the answers measure.</summary>
internal static class GetPreview
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/previews/{id}", HandleAsync).WithName(nameof(GetPreview))
            .WithSummary("What a policy would do, whom to ask about, and what the answers so far measure.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Results<Ok<PreviewResponse>, ProblemHttpResult>> HandleAsync(string id, IPolicyStore store, IProfileStore profiles, CancellationToken cancellationToken) =>
        await store.FindPreviewAsync(id, cancellationToken) is { } preview
            ? TypedResults.Ok(await PreviewResponse.OfAsync(preview, store, profiles, cancellationToken))
            : NotFound(id);

    internal static ProblemHttpResult NotFound(string id) =>
        Problems.NotFound("preview", id, $"It may not be computed yet: GET /api/v1/jobs/{{id}}. List what there is: GET /api/v1/unification/policies/{{type}}/previews; the last {IPolicyStore.MostPreviews} of a type are kept.");
}
