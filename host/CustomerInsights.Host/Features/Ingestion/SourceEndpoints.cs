using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>POST /sources/{name}/check: tries a source's settings.</summary>
internal static class CheckSource
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sources/{name}/check", HandleAsync).WithName(nameof(CheckSource)).WithSummary("Tries a source's settings.").Requires(AccessAction.Run, ResourceKind.Source);

    internal static async Task<Results<Ok<CheckResult>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, SourceDiscovery discovery, CancellationToken cancellationToken) =>
        await definitions.FindAsync(DefinitionKinds.Source, name, cancellationToken) is { } definition
            ? TypedResults.Ok(await discovery.CheckAsync(name, Json.Read<SourceDocument>(definition.Document), cancellationToken))
            : Problems.NotFound("source", name);
}

/// <summary>POST /sources/{name}/discover: the streams behind a source and their fields.</summary>
internal static class DiscoverSource
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sources/{name}/discover", HandleAsync).WithName(nameof(DiscoverSource)).WithSummary("The streams behind a source and their fields.").Requires(AccessAction.Run, ResourceKind.Source);

    internal static async Task<Results<Ok<SourceCatalog>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, SourceDiscovery discovery, CancellationToken cancellationToken) =>
        await definitions.FindAsync(DefinitionKinds.Source, name, cancellationToken) is { } definition
            ? TypedResults.Ok(await discovery.CatalogAsync(name, Json.Read<SourceDocument>(definition.Document), cancellationToken))
            : Problems.NotFound("source", name);
}

/// <summary>POST /sources/{name}/runs: reads a source now.</summary>
internal static class StartSourceRun
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/sources/{name}/runs", HandleAsync).WithName(nameof(StartSourceRun)).WithSummary("Reads a source now.").Requires(AccessAction.Run, ResourceKind.Source);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Source, IngestJob.JobKind, name, definitions, queue, context, cancellationToken);
}

/// <summary>PUT /sources/{name}/secrets/{secret}: sets a secret of a source. It can be replaced, never read back.</summary>
internal static class PutSourceSecret
{
    /// <summary>The secret.</summary>
    /// <param name="Value">The secret, at most 10,000 characters.</param>
    public sealed record Request(string Value);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/sources/{name}/secrets/{secret}", (string name, string secret, Request request, IDefinitionStore definitions, SecretVault vault, HttpContext context, CancellationToken ct) =>
                HandleAsync(DefinitionKinds.Source, name, secret, request, definitions, vault, context, ct))
            .WithName(nameof(PutSourceSecret)).WithSummary("Sets a secret of a source. It can be replaced, never read back.").Requires(AccessAction.Write, ResourceKind.Secret);
        routes.MapPut("/enrichments/{name}/secrets/{secret}", (string name, string secret, Request request, IDefinitionStore definitions, SecretVault vault, HttpContext context, CancellationToken ct) =>
                HandleAsync(DefinitionKinds.Enrichment, name, secret, request, definitions, vault, context, ct))
            .WithName("PutEnrichmentSecret").WithSummary("Sets a secret of an enrichment. It can be replaced, never read back.").Requires(AccessAction.Write, ResourceKind.Secret);
        routes.MapPut("/exports/{name}/secrets/{secret}", (string name, string secret, Request request, IDefinitionStore definitions, SecretVault vault, HttpContext context, CancellationToken ct) =>
                HandleAsync(DefinitionKinds.Export, name, secret, request, definitions, vault, context, ct))
            .WithName("PutExportSecret").WithSummary("Sets a secret of an export. It can be replaced, never read back.").Requires(AccessAction.Write, ResourceKind.Secret);
    }

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string kind, string name, string secret, Request request, IDefinitionStore definitions, SecretVault vault, HttpContext context, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(kind, name, cancellationToken) is null)
        {
            return Problems.NotFound(kind, name);
        }

        if (!Names.IsDefinition(secret) || request.Value.Length is 0 or > 10_000)
        {
            return Problems.Invalid(Names.IsDefinition(secret) ? "/value" : "secret", "length", "A secret has a name of 1 to 100 letters, digits, _ - . and a value of 1 to 10,000 characters.");
        }

        await vault.PutAsync(ConnectionIds.Of(kind, name), secret, request.Value, context.ActorName(), cancellationToken);
        return TypedResults.NoContent();
    }
}

/// <summary>GET /streams: all record sets with their fields and counts.</summary>
internal static class ListStreams
{
    public sealed record Response(IReadOnlyList<StreamResponse> Items) : ITablePage<StreamResponse>;

    /// <summary>A stream.</summary>
    /// <param name="Name">source.stream.</param>
    /// <param name="Fields">The fields as last found.</param>
    /// <param name="RecordCount">Records, deleted ones left out.</param>
    public sealed record StreamResponse(string Name, IReadOnlyList<StreamField> Fields, long RecordCount);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/streams", HandleAsync).WithName(nameof(ListStreams)).WithSummary("All record sets with their fields and counts.").Requires(AccessAction.Read, ResourceKind.Record).AsTable("streams");

    internal static async Task<Response> HandleAsync(IRecordStore store, CancellationToken cancellationToken) =>
        new([.. (await store.ListStreamsAsync(cancellationToken)).Select(stream => new StreamResponse(stream.Name, stream.Fields, stream.RecordCount))]);
}

/// <summary>GET /streams/{name}/runs: when a stream was read and what came of it, newest first.</summary>
internal static class ListStreamRuns
{
    public sealed record Run(string JobId, bool Full, StreamRunOutcome? Outcome, RecordCounts Counts, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/streams/{name}/runs", HandleAsync).WithName(nameof(ListStreamRuns)).WithSummary("When a stream was read and what came of it, newest first.").Requires(AccessAction.Read, ResourceKind.Record).AsTable("runs");

    internal static async Task<Results<Ok<PageResponse<Run>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IRecordStore store, CancellationToken cancellationToken)
    {
        if (await store.FindStreamAsync(name, cancellationToken) is not { } stream)
        {
            return Problems.NotFound("stream", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListRunsAsync(stream.Number, request.After(), request.Size(), cancellationToken),
            run => new Run(run.JobId, run.Full, run.Outcome, run.Counts, run.StartedAt, run.EndedAt)));
    }
}

/// <summary>GET /streams/{name}/records: the records as they were read, by key; or the one with a key.</summary>
internal static class ListRecords
{
    public sealed record RecordResponse(string Key, IReadOnlyDictionary<string, object?> Fields, DateTimeOffset ChangedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/streams/{name}/records", HandleAsync).WithName(nameof(ListRecords)).WithSummary("The records as they were read, by key; or the one with a key.").Requires(AccessAction.Read, ResourceKind.Record).AsTable("records");

    internal static async Task<Results<Ok<PageResponse<RecordResponse>>, ProblemHttpResult>> HandleAsync(
        string name, string? key, string? cursor, int? limit, IRecordStore store, CancellationToken cancellationToken)
    {
        if (await store.FindStreamAsync(name, cancellationToken) is not { } stream)
        {
            return Problems.NotFound("stream", name);
        }

        if (key is not null)
        {
            return await store.FindAsync(stream.Number, key, cancellationToken) is { } found
                ? TypedResults.Ok(new PageResponse<RecordResponse>([Response(found)], null))
                : Problems.NotFound("record", key);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(await store.ListAsync(stream.Number, request.After(), request.Size(), cancellationToken), Response));
    }

    private static RecordResponse Response(StoredRecord record) => new(record.Key, PlainJson.Of(record.Document), record.ChangedAt);
}

/// <summary>GET /streams/{name}/rejected: records that were not understood, with reason, file and line; newest run first.</summary>
internal static class ListRejected
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/streams/{name}/rejected", HandleAsync).WithName(nameof(ListRejected)).WithSummary("Records that were not understood, with reason, file and line; newest run first.").Requires(AccessAction.Read, ResourceKind.Record).AsTable("rejected");

    internal static async Task<Results<Ok<PageResponse<RejectedRow>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IRecordStore store, CancellationToken cancellationToken)
    {
        if (await store.FindStreamAsync(name, cancellationToken) is not { } stream)
        {
            return Problems.NotFound("stream", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(await store.ListRejectedAsync(stream.Number, request.After(), request.Size(), cancellationToken), row => row));
    }
}
