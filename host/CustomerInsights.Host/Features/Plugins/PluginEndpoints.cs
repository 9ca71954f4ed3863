using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Plugins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>GET /plugins: installed plugins, desired and actual state apart.</summary>
internal static class ListPlugins
{
    /// <summary>The plugins.</summary>
    /// <param name="Items">The plugins by id.</param>
    /// <param name="FileProblems">What is wrong with plugins.json; while there is anything, the running set stays as it is.</param>
    /// <param name="SafeMode">Why some are kept from running although nothing is wrong with them; left out when none is.</param>
    public sealed record Response(IReadOnlyList<PluginResponse> Items, IReadOnlyList<Fault> FileProblems, string? SafeMode);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins", Handle).WithName(nameof(ListPlugins)).WithSummary("Installed plugins, desired and actual state apart.").Requires(AccessAction.Read, ResourceKind.Plugin);

    internal static Response Handle(PluginHost plugins) => new(
        [.. plugins.List().Select(PluginResponse.Of)],
        [.. plugins.DesiredProblems.Select(problem => new Fault(problem.Pointer, problem.Rule, problem.Message))],
        plugins.SafeMode);
}

/// <summary>GET /plugins/{id}: one plugin; its ETag is that of plugins.json.</summary>
internal static class GetPlugin
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins/{id}", HandleAsync).WithName(nameof(GetPlugin)).WithSummary("One plugin; its ETag is that of plugins.json.").Requires(AccessAction.Read, ResourceKind.Plugin);

    internal static async Task<Results<Ok<PluginResponse>, ProblemHttpResult>> HandleAsync(string id, PluginHost plugins, HttpResponse response, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is not { } status)
        {
            return Problems.NotFound("plugin", id);
        }

        response.Headers.ETag = $"\"{(await plugins.Desired.ReadAsync(cancellationToken)).ETag}\"";
        return TypedResults.Ok(PluginResponse.Of(status));
    }
}

/// <summary>PATCH /plugins/{id}: changes what is wanted of a plugin, in plugins.json. It has taken effect when this answers.</summary>
internal static class ChangePlugin
{
    /// <summary>What to change; what is left out stays.</summary>
    /// <param name="Enabled">Whether it is to run.</param>
    /// <param name="Version">A version, or latest.</param>
    /// <param name="Isolation">inProcess, process or sandboxedProcess.</param>
    /// <param name="AcceptInProcess">True accepts that a plugin of a verified publisher runs in the host's own process.</param>
    /// <param name="Pin">True when only a person may move the version.</param>
    /// <param name="Settings">Replaces the settings as a whole; fileRoots are the folders that it may use, relative to the data directory; network is what of the private network it may reach.</param>
    public sealed record Request(bool? Enabled = null, string? Version = null, IsolationMode? Isolation = null, bool? AcceptInProcess = null, bool? Pin = null, JsonObject? Settings = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/plugins/{id}", HandleAsync).WithName(nameof(ChangePlugin)).WithSummary("Changes what is wanted of a plugin, in plugins.json. It has taken effect when this answers.").Requires(AccessAction.Write, ResourceKind.Plugin);

    internal static async Task<Results<Ok<PluginResponse>, ProblemHttpResult>> HandleAsync(
        string id, Request request, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is null)
        {
            // A folder put there a moment ago.
            await plugins.LookAsync(cancellationToken);
        }

        if (plugins.Find(id) is null)
        {
            return Problems.NotFound("plugin", id);
        }

        var match = context.Request.Headers.IfMatch.ToString().Trim('"');
        await plugins.Desired.UpdateAsync(
            state =>
            {
                var plugin = state.Find(id) ?? new DesiredPlugin(id) { Enabled = false };
                return state.With(plugin with
                {
                    Enabled = request.Enabled ?? plugin.Enabled,
                    Version = request.Version ?? plugin.Version,
                    Isolation = request.Isolation ?? plugin.Isolation,
                    AcceptInProcess = request.AcceptInProcess ?? plugin.AcceptInProcess,
                    Pin = request.Pin ?? plugin.Pin,
                    Settings = request.Settings ?? plugin.Settings,
                });
            },
            match.Length == 0 || match == "*" ? null : match,
            context.ActorName(),
            cancellationToken);
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), context.ActorName(), "plugin.change", $"plugin/{id}"), cancellationToken);
        await plugins.LookAsync(cancellationToken);
        return plugins.Find(id) is { } status ? TypedResults.Ok(PluginResponse.Of(status)) : Problems.NotFound("plugin", id);
    }
}

/// <summary>POST /plugins/{id}/reload: loads the plugin anew without a restart.</summary>
internal static class ReloadPlugin
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/plugins/{id}/reload", (string id, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken ct) =>
            HandleAsync(id, "reload", plugins.ReloadAsync, plugins, audit, clock, context, ct))
            .WithName(nameof(ReloadPlugin)).WithSummary("Loads the plugin anew without a restart.").Requires(AccessAction.Write, ResourceKind.Plugin);
        routes.MapPost("/plugins/{id}/retry", (string id, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken ct) =>
            HandleAsync(id, "retry", plugins.RetryAsync, plugins, audit, clock, context, ct))
            .WithName("RetryPlugin").WithSummary("Tries a faulted plugin again.").Requires(AccessAction.Write, ResourceKind.Plugin);
    }

    private static async Task<Results<Ok<PluginResponse>, ProblemHttpResult>> HandleAsync(
        string id, string what, Func<string, string, CancellationToken, Task> act, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is null)
        {
            return Problems.NotFound("plugin", id);
        }

        await act(id, context.ActorName(), cancellationToken);
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), context.ActorName(), $"plugin.{what}", $"plugin/{id}"), cancellationToken);
        return TypedResults.Ok(PluginResponse.Of(plugins.Find(id)!));
    }
}

/// <summary>GET /plugins/{id}/events: every change of its state, newest first.</summary>
internal static class ListPluginEvents
{
    /// <summary>A change of state.</summary>
    /// <param name="Version">The version that it is about; empty when none is known.</param>
    /// <param name="From">The state before.</param>
    /// <param name="To">The state after.</param>
    /// <param name="Code">A stable word for programs.</param>
    /// <param name="Reason">Why, for people.</param>
    /// <param name="Actor">Who or what caused it.</param>
    /// <param name="At">When.</param>
    /// <param name="Evidence">A stack trace, last words or the like, secrets masked; left out where there is none.</param>
    public sealed record Transition(string Version, string From, string To, string Code, string Reason, string Actor, DateTimeOffset At, string? Evidence);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins/{id}/events", HandleAsync).WithName(nameof(ListPluginEvents)).WithSummary("Every change of its state, newest first.").Requires(AccessAction.Read, ResourceKind.Plugin).AsTable("plugin-events");

    internal static async Task<Results<Ok<PageResponse<Transition>>, ProblemHttpResult>> HandleAsync(
        string id, string? cursor, int? limit, PluginHost plugins, IPluginStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        var page = await store.ListTransitionsAsync(id, request.After(), request.Size(), cancellationToken);

        // A plugin that was removed keeps its history.
        return page.Items.Count == 0 && plugins.Find(id) is null
            ? Problems.NotFound("plugin", id)
            : TypedResults.Ok(PageRequest.Response(page, row => new Transition(row.Version, row.From, row.To, row.Reason, row.Detail, row.Actor, row.At, row.Evidence)));
    }
}
