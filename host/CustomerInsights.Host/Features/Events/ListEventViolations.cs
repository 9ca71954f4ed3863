using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Events;

/// <summary>GET /event-sources/{name}/violations: the events that were rejected or warned of, newest first, as long as fates are remembered.</summary>
internal static class ListEventViolations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/event-sources/{name}/violations", HandleAsync).WithName(nameof(ListEventViolations))
            .WithSummary("The events that were rejected or warned of, by which rule, newest first.").Requires(AccessAction.Read, ResourceKind.Source).AsTable("violations");

    internal static async Task<Results<Ok<PageResponse<GetEventSourceStatus.Sample>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, IEventProjection projection, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.EventSource, name, cancellationToken) is null)
        {
            return Problems.NotFound("event source", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await projection.ListToldAsync(name, request.After(), request.Size(), cancellationToken), GetEventSourceStatus.Sample.Of));
    }
}
