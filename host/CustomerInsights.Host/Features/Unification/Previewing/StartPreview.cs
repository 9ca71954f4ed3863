using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>POST /unification/policies/{name}/previews: computes what a policy would do, on the records that there are.</summary>
internal static class StartPreview
{
    /// <summary>What to preview.</summary>
    /// <param name="Policy">A draft; absent: the policy that was saved last.</param>
    /// <param name="Against">A policy to compare it with, on the same records; absent: the active one.</param>
    public sealed record Request(UnificationPolicy? Policy = null, UnificationPolicy? Against = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/policies/{name}/previews", HandleAsync).WithName(nameof(StartPreview))
            .WithSummary("Computes what a policy would do with the records that there are; the job's id is the preview's. Nothing of the profiles changes.").Requires(AccessAction.Run, ResourceKind.Unification);

    internal static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, Request? request, ActivePolicies policies, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var saved = await definitions.FindAsync(DefinitionKinds.Unification, name, cancellationToken);
        if (saved is null && request?.Policy is null)
        {
            return Problems.NotFound(DefinitionKinds.Words(DefinitionKinds.Unification), name, $"Send a draft as 'policy', or save one: PUT /api/v1/unification/policies/{name}.");
        }

        var policy = request?.Policy ?? Json.Read<UnificationPolicy>(saved!.Document);
        foreach (var (draft, place) in new[] { (policy, "/policy"), (request?.Against, "/against") })
        {
            if (draft is not null && await FaultsAsync(name, draft, place, policies, cancellationToken) is { Count: > 0 } faults)
            {
                return Problems.Invalid($"The policy cannot be previewed.", faults);
            }
        }

        var job = queue.New(PreviewJob.JobKind, name, Json.Write(new PreviewJob.Parameters(policy, request?.Against)), context.ActorName());
        await queue.AddAsync([job], cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{job.Id}", new AcceptedJob(job.Id, false));
    }

    private static async Task<List<Fault>> FaultsAsync(string type, UnificationPolicy draft, string place, ActivePolicies policies, CancellationToken cancellationToken) =>
    [
        .. (await policies.TryAsync(type, draft, cancellationToken)).Faults
            .Where(fault => fault.Kind == DefinitionKinds.Unification && fault.Name == type)
            .Select(fault => new Fault(place + fault.Pointer, fault.Code, fault.Message)),
    ];
}
