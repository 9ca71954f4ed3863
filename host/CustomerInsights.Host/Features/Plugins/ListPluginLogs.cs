using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Context;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>GET /plugins/{id}/logs: the last lines that a plugin wrote, secrets masked, newest first. Kept in memory: they are gone with the host.</summary>
internal static class ListPluginLogs
{
    private const int Usual = 100;
    private const int Most = 500;

    /// <summary>The lines.</summary>
    /// <param name="Items">Newest first.</param>
    public sealed record Response(IReadOnlyList<PluginLogLine> Items);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins/{id}/logs", Handle).WithName(nameof(ListPluginLogs)).WithSummary("The last lines that a plugin wrote, secrets masked, newest first; at most 500.").Requires(AccessAction.Read, ResourceKind.Plugin);

    internal static Results<Ok<Response>, ProblemHttpResult> Handle(string id, int? limit, PluginHost plugins) =>
        limit is < 1 or > Most ? Problems.Invalid("limit", "limit", $"limit is a number from 1 to {Most}.")
        : plugins.Logs(id, limit ?? Usual) is { } lines ? TypedResults.Ok(new Response(lines))
        : Problems.NotFound("plugin", id);
}
