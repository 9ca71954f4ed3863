using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>What sources, unification policies and exports have in common when someone asks them to run now.</summary>
internal static class StartRun
{
    /// <summary>Adds the job of a definition, or gives the one under way; a definition that is not there is a 404.</summary>
    public static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> OfAsync(
        string definitionKind, string jobKind, string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken, string parameters = "{}")
    {
        if (await definitions.FindAsync(definitionKind, name, cancellationToken) is null)
        {
            return Problems.NotFound(DefinitionKinds.Words(definitionKind), name);
        }

        var (id, added) = await queue.AddOnceAsync(jobKind, name, parameters, context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }
}
