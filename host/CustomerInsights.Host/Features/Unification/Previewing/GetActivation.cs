using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Policies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>GET /unification/policies/{name}/activation: which policy runs go by, and whether the one saved last waits.</summary>
internal static class GetActivation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/policies/{name}/activation", HandleAsync).WithName(nameof(GetActivation))
            .WithSummary("Which policy runs go by, and whether the one that was saved last waits.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Results<Ok<ActivationResponse>, ProblemHttpResult>> HandleAsync(
        string name, ActivePolicies policies, IDefinitionStore definitions, IPolicyStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Unification, name, cancellationToken) is not { } saved)
        {
            return Problems.NotFound(DefinitionKinds.Words(DefinitionKinds.Unification), name);
        }

        var hash = ActivePolicies.Hash(Json.Read<UnificationPolicy>(saved.Document));
        var active = await store.FindActiveAsync(name, cancellationToken) is { } found ? ActivePolicyResponse.Of(found) : null;
        var preview = await store.FindPreviewOfAsync(name, hash, cancellationToken);
        var state = active?.Hash == hash ? ActivationState.Active
            : preview is not null ? ActivationState.Previewed
            : active is null && !await policies.HasProfilesAsync(name, cancellationToken) ? ActivationState.First : ActivationState.WaitingForPreview;
        return TypedResults.Ok(new ActivationResponse(state, hash, preview?.Id, active));
    }
}
