using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Storage.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>POST /plugins/{id}/enable and /disable: switches a plugin on or off in plugins.json. It has taken effect when this answers.</summary>
internal static class SwitchPlugin
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/plugins/{id}/enable", (string id, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken ct) =>
            HandleAsync(id, true, plugins, audit, clock, context, ct))
            .WithName("EnablePlugin").WithSummary("Switches a plugin on. It runs, or says why not, when this answers.").Requires(AccessAction.Write, ResourceKind.Plugin);
        routes.MapPost("/plugins/{id}/disable", (string id, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken ct) =>
            HandleAsync(id, false, plugins, audit, clock, context, ct))
            .WithName("DisablePlugin").WithSummary("Switches a plugin off. It is stopped when this answers; what it brought stays.").Requires(AccessAction.Write, ResourceKind.Plugin);
    }

    private static async Task<Results<Ok<PluginResponse>, ProblemHttpResult>> HandleAsync(
        string id, bool on, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is null)
        {
            return Problems.NotFound("plugin", id);
        }

        var actor = context.ActorName();
        await plugins.Desired.UpdateAsync(state => state.With((state.Find(id) ?? new DesiredPlugin(id)) with { Enabled = on }), null, actor, cancellationToken);
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), actor, on ? "plugin.enable" : "plugin.disable", $"plugin/{id}"), cancellationToken);
        await plugins.LookAsync(cancellationToken);
        return plugins.Find(id) is { } status ? TypedResults.Ok(PluginResponse.Of(status)) : Problems.NotFound("plugin", id);
    }
}
