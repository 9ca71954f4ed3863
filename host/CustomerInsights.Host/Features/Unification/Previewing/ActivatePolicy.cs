using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Policies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>POST /unification/policies/{name}/activation: makes the policy that was saved last the one that runs go by. Its preview must have been computed.</summary>
internal static class ActivatePolicy
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/policies/{name}/activation", HandleAsync).WithName(nameof(ActivatePolicy))
            .WithSummary("Makes the policy that was saved last the one that runs go by. Its preview must have been computed; profiles change with the next run.").Requires(AccessAction.Write, ResourceKind.Unification);

    internal static async Task<Results<Ok<ActivePolicyResponse>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, IPolicyStore store, HttpContext context, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Unification, name, cancellationToken) is not { } saved)
        {
            return Problems.NotFound(DefinitionKinds.Words(DefinitionKinds.Unification), name);
        }

        var policy = Json.Read<UnificationPolicy>(saved.Document);
        if (await store.FindActiveAsync(name, cancellationToken) is { } active && ActivePolicyResponse.Of(active) is var standing && standing.Hash == ActivePolicies.Hash(policy))
        {
            return TypedResults.Ok(standing);
        }

        return await store.FindPreviewOfAsync(name, ActivePolicies.Hash(policy), cancellationToken) is { } preview
            ? TypedResults.Ok(ActivePolicyResponse.Of(await store.ActivateAsync(new ActivePolicy(name, Json.Write(policy), preview.Id, default, context.ActorName()), cancellationToken)))
            : Problems.Conflict(
                $"Nobody could see yet what the policy of '{name}' that was saved last does.",
                $"Compute its preview first: POST /api/v1/unification/policies/{name}/previews, and look at it: GET /api/v1/unification/previews/{{id}}.");
    }
}
