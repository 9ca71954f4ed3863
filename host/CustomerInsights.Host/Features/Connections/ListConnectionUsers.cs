using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Plugins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Connections;

/// <summary>GET /connections/{name}/users: the sources, enrichments and exports that use it.</summary>
internal static class ListConnectionUsers
{
    /// <summary>Who uses it.</summary>
    /// <param name="Kind">source, enrichment or export.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="DisplayName">For people.</param>
    public sealed record User(string Kind, string Name, string? DisplayName);

    /// <summary>Who uses a connection.</summary>
    /// <param name="Items">By kind and name.</param>
    public sealed record Response(IReadOnlyList<User> Items) : ITablePage<User>;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/connections/{name}/users", HandleAsync).WithName(nameof(ListConnectionUsers)).WithSummary("The sources, enrichments and exports that use a connection.")
            .Requires(AccessAction.Read, ResourceKind.Connection).AsTable("connection-users");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string name, IDefinitionStore definitions, HttpContext context, CancellationToken cancellationToken) =>
        await ConnectionsModule.FindUsableAsync(name, definitions, context, cancellationToken) is null
            ? Problems.NotFound("connection", name)
            : TypedResults.Ok(new Response([.. (await OfAsync(name, definitions, cancellationToken)).Select(one => new User(one.Definition.Kind, one.Definition.Name, one.Document["displayName"]?.GetValue<string>()))]));

    /// <summary>The definitions that use a connection, as they are stored.</summary>
    public static async ValueTask<IReadOnlyList<(Definition Definition, JsonObject Document)>> OfAsync(string name, IDefinitionStore definitions, CancellationToken cancellationToken) =>
    [
        .. (await definitions.SnapshotAsync(cancellationToken))
            .Where(definition => definition.Kind is DefinitionKinds.Source or DefinitionKinds.Enrichment or DefinitionKinds.Export)
            .Select(definition => (Definition: definition, Document: JsonNode.Parse(definition.Document) as JsonObject ?? []))
            .Where(one => one.Document["connection"] is JsonValue value && value.TryGetValue<string>(out var used) && used == name)
            .OrderBy(one => one.Definition.Kind, StringComparer.Ordinal).ThenBy(one => one.Definition.Name, StringComparer.Ordinal),
    ];
}

/// <summary>POST /connections/{name}/detach: takes a connection from all who use it, and deletes it. They stay, and fail until they have another.</summary>
internal static class DetachConnection
{
    /// <summary>Who lost it.</summary>
    /// <param name="Detached">By kind and name. Their runs fail until they have another connection or settings of their own.</param>
    public sealed record Response(IReadOnlyList<string> Detached);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/connections/{name}/detach", HandleAsync).WithName(nameof(DetachConnection))
            .WithSummary("Takes a connection from all who use it, and deletes it with its secrets. They stay, and fail until they have another.").Requires(AccessAction.Write, ResourceKind.Connection);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, MetadataService metadata, HttpContext context, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Connection, name, cancellationToken) is not { } connection)
        {
            return Problems.NotFound("connection", name);
        }

        var users = await ListConnectionUsers.OfAsync(name, definitions, cancellationToken);
        List<DefinitionChange> changes = [];
        foreach (var (definition, document) in users)
        {
            document.Remove("connection");
            changes.Add(new DefinitionChange(definition.Kind, definition.Name, document.ToJsonString(), definition.Version));
        }

        changes.Add(new DefinitionChange(DefinitionKinds.Connection, name, null, connection.Version));
        var outcome = await metadata.ApplyAsync(changes, Discovered.Nothing, context.ActorName(), cancellationToken);
        return outcome.Done
            ? TypedResults.Ok(new Response([.. users.Select(one => ConnectionIds.Of(one.Definition.Kind, one.Definition.Name))]))
            : Problems.Invalid("The connection cannot be detached.", [.. outcome.Faults.Select(fault => DefinitionEndpoints.ToFault(fault, DefinitionKinds.Connection, name))]);
    }
}

/// <summary>PUT and GET /connections/{name}/secrets: sets a secret, or puts another in its place; lists their names, never their values.</summary>
internal static class ConnectionSecrets
{
    /// <summary>A secret.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="IsSet">Whether it has a value.</param>
    /// <param name="IsUsed">Whether the connection's settings speak of it.</param>
    public sealed record Item(string Name, bool IsSet, bool IsUsed);

    /// <summary>The secrets.</summary>
    /// <param name="Items">By name.</param>
    public sealed record Response(IReadOnlyList<Item> Items) : ITablePage<Item>;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/connections/{name}/secrets", HandleAsync).WithName("ListConnectionSecrets").WithSummary("The secrets of a connection: which are set and which are used. Never their values.")
            .Requires(AccessAction.Read, ResourceKind.Secret).AsTable("connection-secrets");
        routes.MapPut("/connections/{name}/secrets/{secret}", (string name, string secret, Ingestion.PutSourceSecret.Request request, IDefinitionStore definitions, SecretVault vault, HttpContext context, CancellationToken ct) =>
                Ingestion.PutSourceSecret.HandleAsync(DefinitionKinds.Connection, name, secret, request, definitions, vault, context, ct))
            .WithName("PutConnectionSecret").WithSummary("Sets a secret of a connection, or puts another in its place. Runs that begin afterwards use it.").Requires(AccessAction.Write, ResourceKind.Secret);
    }

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string name, IDefinitionStore definitions, IPluginStore plugins, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Connection, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("connection", name);
        }

        var used = Connecting.Secrets(Json.Read<ConnectionDocument>(definition.Document).Settings).ToHashSet(StringComparer.Ordinal);
        var set = (await plugins.ListSecretsAsync(ConnectionIds.OfConnection(name), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return TypedResults.Ok(new Response([.. used.Union(set).Order(StringComparer.Ordinal).Select(secret => new Item(secret, set.Contains(secret), used.Contains(secret)))]));
    }
}
