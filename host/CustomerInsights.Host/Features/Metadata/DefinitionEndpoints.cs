using System.Text.Json;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A definition as REST shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ETag">Send it as If-Match when you change it.</param>
/// <param name="Definition">The definition itself.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="ChangedBy">Who changed it.</param>
/// <param name="Warnings">What to look at; given after a change.</param>
public sealed record DefinitionResponse<T>(string Name, [property: System.Text.Json.Serialization.JsonPropertyName("etag")] string ETag, T Definition, DateTimeOffset ChangedAt, string ChangedBy, IReadOnlyList<Fault>? Warnings = null);

/// <summary>Finds out the streams of a source before it is stored, so that what is built on them can be checked.</summary>
internal interface ISourceDiscovery
{
    /// <summary>The fields of a source's streams by full name, or what is wrong with its settings.</summary>
    /// <param name="name">The source.</param>
    /// <param name="source">Its definition.</param>
    /// <param name="connections">Connections that are about to be stored; null: none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<(IReadOnlyDictionary<string, IReadOnlyList<StreamField>> Streams, IReadOnlyList<Fault> Faults)> DiscoverAsync(
        string name, SourceDocument source, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken);

    /// <summary>What an enrichment reads and writes with its settings, or what is wrong with them.</summary>
    ValueTask<(EnrichmentDescription? Description, IReadOnlyList<Fault> Faults)> DescribeAsync(string name, EnrichmentDocument enrichment, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken);

    /// <summary>What is wrong with an export's plugin and settings: by their schema, and if that finds nothing as the plugin sees them. Nothing is sent.</summary>
    ValueTask<IReadOnlyList<Fault>> CheckExportAsync(string name, ExportDocument export, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken);

    /// <summary>What is wrong with a connection's plugin and settings, those that are there. What is missing may come from who uses it.</summary>
    IReadOnlyList<Fault> CheckConnection(ConnectionDocument connection);
}

/// <summary>List, get, put and delete for one kind of definition; the four are the same for all kinds.</summary>
internal static class DefinitionEndpoints
{
    /// <summary>Maps the four.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="path">The route.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="resource">What access is asked for.</param>
    /// <param name="view">What somebody may see of one: null for nothing. If absent, all of it.</param>
    public static void Map<T>(IEndpointRouteBuilder routes, string path, string kind, ResourceKind resource, Func<HttpContext, T, T?>? view = null)
        where T : class
    {
        var title = char.ToUpperInvariant(kind[0]) + kind[1..];
        routes.MapGet(path, (string? cursor, int? limit, HttpContext context, IDefinitionStore store, CancellationToken ct) => ListAsync(kind, cursor, limit, context, view, store, ct))
            .WithName($"List{title}Definitions").WithSummary($"Every {DefinitionKinds.Words(kind)}, by name.").Requires(AccessAction.Read, resource).AsTable(path.Trim('/').Replace('/', '-'));
        routes.MapGet(path + "/{name}", (string name, HttpContext context, IDefinitionStore store, CancellationToken ct) => GetAsync(kind, name, context, view, store, ct))
            .WithName($"Get{title}").WithSummary($"One {DefinitionKinds.Words(kind)} with its ETag.").Requires(AccessAction.Read, resource);
        routes.MapPut(path + "/{name}", (string name, T document, HttpContext context, MetadataService metadata, IDefinitionStore store, ISourceDiscovery discovery, CancellationToken ct) =>
                PutAsync(kind, name, document, context, metadata, store, discovery, ct))
            .WithName($"Put{title}").WithSummary($"Makes or changes {DefinitionKinds.WithArticle(kind)}. It is checked with everything else first; to change one, send its ETag as If-Match.").Requires(AccessAction.Write, resource);
        routes.MapDelete(path + "/{name}", (string name, HttpContext context, MetadataService metadata, IDefinitionStore store, CancellationToken ct) =>
                DeleteAsync(kind, name, context, metadata, store, ct))
            .WithName($"Delete{title}").WithSummary($"Deletes {DefinitionKinds.WithArticle(kind)}, unless something uses it.").Requires(AccessAction.Write, resource);
    }

    private static async Task<PageResponse<DefinitionResponse<T>>> ListAsync<T>(
        string kind, string? cursor, int? limit, HttpContext context, Func<HttpContext, T, T?>? view, IDefinitionStore store, CancellationToken cancellationToken)
        where T : class
    {
        var request = new PageRequest(cursor, limit);
        var page = PageRequest.Response(await store.ListAsync(kind, request.After(), request.Size(), cancellationToken), definition => Response<T>(definition));
        return view is null
            ? page
            : page with { Items = [.. page.Items.Select(item => (Item: item, Seen: view(context, item.Definition))).Where(one => one.Seen is not null).Select(one => one.Item with { Definition = one.Seen! })] };
    }

    private static async Task<Results<Ok<DefinitionResponse<T>>, ProblemHttpResult>> GetAsync<T>(
        string kind, string name, HttpContext context, Func<HttpContext, T, T?>? view, IDefinitionStore store, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.FindAsync(kind, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound(DefinitionKinds.Words(kind), name);
        }

        var response = Response<T>(definition);
        if (view is not null)
        {
            if (view(context, response.Definition) is not { } seen)
            {
                return Problems.NotFound(DefinitionKinds.Words(kind), name);
            }

            response = response with { Definition = seen };
        }

        ETags.Set(context.Response, definition.Version);
        return TypedResults.Ok(response);
    }

    private static async Task<Results<Ok<DefinitionResponse<T>>, Created<DefinitionResponse<T>>, ProblemHttpResult>> PutAsync<T>(
        string kind, string name, T document, HttpContext context, MetadataService metadata, IDefinitionStore store, ISourceDiscovery discovery, CancellationToken cancellationToken)
    {
        if (!Names.IsDefinition(name))
        {
            return Problems.Invalid("name", "name", $"'{name}' is not a name; use 1 to 100 letters, digits, _ - and ., beginning with a letter or digit.");
        }

        var existing = await store.FindAsync(kind, name, cancellationToken);
        if (ETags.Condition(context.Request, DefinitionKinds.Words(kind), name, existing?.Version, out var version) is { } refused)
        {
            return refused;
        }

        if (document is IConnected { Connection: { } used }
            && await store.FindAsync(DefinitionKinds.Connection, used, cancellationToken) is { } connection && !Connections.ConnectionsModule.MayUse(context, Json.Read<ConnectionDocument>(connection.Document))
            && (existing is null || Json.Read<T>(existing.Document) is IConnected before && before.Connection != used))
        {
            return Problems.Invalid("/connection", "not-shared", $"The connection '{used}' is not shared. Ask an admin to share it, or use another.");
        }

        var discovered = Discovered.Nothing;
        IReadOnlyList<Fault> faults = [];
        if (document is SourceDocument source)
        {
            (var streams, faults) = await discovery.DiscoverAsync(name, source, null, cancellationToken);
            discovered = Discovered.Of(streams);
        }
        else if (document is EventSourceDocument events)
        {
            discovered = Discovered.Of(EventSources.Streams(name, events));
        }
        else if (document is EnrichmentDocument enrichment)
        {
            (var description, faults) = await discovery.DescribeAsync(name, enrichment, null, cancellationToken);
            discovered = Discovered.Nothing with { Enrichments = new Dictionary<string, EnrichmentDescription>(StringComparer.Ordinal) { [name] = description! } };
        }
        else if (document is ConnectionDocument made)
        {
            faults = discovery.CheckConnection(made);
        }
        else if (document is ExportDocument export)
        {
            faults = await discovery.CheckExportAsync(name, export, null, cancellationToken);
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid($"The {DefinitionKinds.Words(kind)} '{name}' is not valid.", faults);
        }

        var outcome = await metadata.ApplyAsync(
            [new DefinitionChange(kind, name, Json.Write(document), version)], discovered, context.ActorName(), cancellationToken);
        if (!outcome.Done)
        {
            return Problems.Invalid($"The {DefinitionKinds.Words(kind)} '{name}' is not valid.", [.. outcome.Faults.Select(fault => ToFault(fault, kind, name))]);
        }

        var stored = outcome.Definitions[0]!;
        ETags.Set(context.Response, stored.Version);
        var response = Response<T>(stored) with { Warnings = outcome.Warnings.Count == 0 ? null : [.. outcome.Warnings.Select(fault => ToFault(fault, kind, name))] };
        return existing is null ? TypedResults.Created(context.Request.Path, response) : TypedResults.Ok(response);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string kind, string name, HttpContext context, MetadataService metadata, IDefinitionStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(kind, name, cancellationToken) is not { } existing)
        {
            return Problems.NotFound(DefinitionKinds.Words(kind), name);
        }

        long? version = null;
        if (context.Request.Headers.IfMatch.Count > 0
            && ETags.Condition(context.Request, DefinitionKinds.Words(kind), name, existing.Version, out version) is { } refused)
        {
            return refused;
        }

        var outcome = await metadata.ApplyAsync(
            [new DefinitionChange(kind, name, null, version ?? existing.Version)], Discovered.Nothing, context.ActorName(), cancellationToken);
        return outcome.Done
            ? TypedResults.NoContent()
            : Problems.Make(
                StatusCodes.Status409Conflict,
                "in-use",
                $"The {DefinitionKinds.Words(kind)} '{name}' is in use.",
                "Change what uses it first; see 'errors'.",
                ("errors", outcome.Faults.Select(fault => ToFault(fault, kind, name)).ToList()));
    }

    internal static Fault ToFault(DefinitionFault fault, string kind, string name) => fault.Kind == kind && fault.Name == name
        ? new Fault(fault.Pointer, fault.Code, fault.Message)
        : new Fault(fault.Pointer, fault.Code, $"{DefinitionKinds.Words(fault.Kind)} '{fault.Name}': {fault.Message}");

    private static DefinitionResponse<T> Response<T>(Definition definition) => new(
        definition.Name, ETags.Of(definition.Version), Json.Read<T>(definition.Document), definition.ChangedAt, definition.ChangedBy);
}
