using System.Text.Json;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Connections;

/// <summary>POST /connections/check and /connections/{name}/check: lets the plugin try a connection, before it is saved or after.</summary>
internal static class CheckConnection
{
    private const int MostSecrets = 20;

    /// <summary>A connection that is not saved.</summary>
    /// <param name="Plugin">The plugin's id.</param>
    /// <param name="Settings">Its settings.</param>
    /// <param name="Contribution">The component that tries; not needed when the plugin has one.</param>
    /// <param name="Secrets">The values of its secrets by name. They are kept for this check alone.</param>
    /// <param name="With">Settings that who uses it would add, where the plugin cannot do without.</param>
    public sealed record Request(string Plugin, JsonElement? Settings = null, string? Contribution = null, IReadOnlyDictionary<string, string>? Secrets = null, JsonElement? With = null);

    /// <summary>What is added to a saved connection to try it.</summary>
    /// <param name="Contribution">The component that tries; not needed when the plugin has one.</param>
    /// <param name="With">Settings that who uses it would add, where the plugin cannot do without.</param>
    public sealed record OfSaved(string? Contribution = null, JsonElement? With = null);

    private sealed record Trial(string Plugin, string? Connection, JsonElement Settings) : IConnected;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/connections/check", HandleAsync)
            .WithName(nameof(CheckConnection)).WithSummary("Lets the plugin try a connection before it is saved.").Requires(AccessAction.Write, ResourceKind.Connection);
        routes.MapPost("/connections/{name}/check", HandleSavedAsync)
            .WithName("CheckSavedConnection").WithSummary("Lets the plugin try a connection.").Requires(AccessAction.Run, ResourceKind.Connection);
    }

    private static async Task<Results<Ok<CheckResult>, ProblemHttpResult>> HandleAsync(
        Request request, PluginHost plugins, SecretVault vault, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Secrets is { Count: > MostSecrets } || request.Secrets?.Values.Any(value => value.Length > 10_000) == true)
        {
            return Problems.Invalid("/secrets", "count", $"A check takes at most {MostSecrets} secrets of at most 10,000 characters.");
        }

        // No connection of that name can be stored: its secrets are found under the check's own.
        var draft = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N") + "~";
        using var lent = vault.Lend(ConnectionIds.OfConnection(draft), request.Secrets ?? new Dictionary<string, string>());
        var (settings, faults) = Connecting.Merge(
            new Trial(request.Plugin, draft, request.With ?? default), new Dictionary<string, ConnectionDocument> { [draft] = new() { Plugin = request.Plugin, Settings = request.Settings ?? default } });
        return faults.Count > 0
            ? Problems.Invalid("The connection is not valid.", faults)
            : await TryAsync(request.Plugin, request.Contribution, ConnectionIds.OfConnection(draft), settings, plugins, audit, clock, context, "connection/(not saved)", cancellationToken);
    }

    private static async Task<Results<Ok<CheckResult>, ProblemHttpResult>> HandleSavedAsync(
        string name, OfSaved? request, IDefinitionStore definitions, ConnectedSettings connected, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (await ConnectionsModule.FindUsableAsync(name, definitions, context, cancellationToken) is not { } connection)
        {
            return Problems.NotFound("connection", name);
        }

        var merged = await connected.OfAsync(new Trial(connection.Plugin, name, request?.With ?? default), null, cancellationToken);
        return merged.Faults.Count > 0
            ? Problems.Invalid("The connection cannot be tried so.", merged.Faults)
            : await TryAsync(connection.Plugin, request?.Contribution, ConnectionIds.OfConnection(name), merged.Value, plugins, audit, clock, context, $"connection/{name}", cancellationToken);
    }

    private static async Task<Results<Ok<CheckResult>, ProblemHttpResult>> TryAsync(
        string plugin, string? contribution, string id, JsonElement settings, PluginHost plugins, IAuditStore audit, TimeProvider clock, HttpContext context, string subject, CancellationToken cancellationToken)
    {
        if (plugins.Find(plugin) is not { } status)
        {
            return Problems.Invalid("/plugin", "unknown", $"There is no plugin '{plugin}'.{Names.Suggest(plugin, plugins.List().Select(one => one.Id))}");
        }

        if (status.Contributions.Where(one => contribution is null || one.Id == contribution).ToList() is not [var component, ..])
        {
            return Problems.Invalid("/contribution", "unknown", $"The plugin '{plugin}' offers {string.Join(", ", status.Contributions.Select(one => $"'{one.Id}'"))}.");
        }

        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), context.ActorName(), "connection.check", subject), cancellationToken);
        try
        {
            return TypedResults.Ok(await plugins.CheckAsync(component.Kind, plugin, component.Id, id, SourceDiscovery.Configuration(settings), cancellationToken));
        }
        catch (PluginCallException failure)
        {
            return Problems.Invalid("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message);
        }
    }
}
