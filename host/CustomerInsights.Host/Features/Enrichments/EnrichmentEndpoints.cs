using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>POST /enrichments/{name}/runs: enriches now.</summary>
internal static class StartEnrichment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/enrichments/{name}/runs", HandleAsync).WithName(nameof(StartEnrichment)).WithSummary("Enriches now.").Requires(AccessAction.Run, ResourceKind.Enrichment);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Enrichment, EnrichJob.JobKind, name, definitions, queue, context, cancellationToken);
}

/// <summary>POST /enrichments/{name}/check: tries an enrichment's settings; nothing is enriched.</summary>
internal static class CheckEnrichment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/enrichments/{name}/check", HandleAsync).WithName(nameof(CheckEnrichment)).WithSummary("Tries an enrichment's settings; nothing is enriched.").Requires(AccessAction.Run, ResourceKind.Enrichment);

    internal static async Task<Results<Ok<CheckResult>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, SourceDiscovery discovery, EnrichmentTrial trial, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Enrichment, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("enrichment", name);
        }

        var document = Json.Read<EnrichmentDocument>(definition.Document);
        var check = await discovery.CheckAsync(name, document, cancellationToken);
        var (description, faults) = await discovery.DescribeAsync(name, document, null, cancellationToken);
        if (description is not null)
        {
            faults = await trial.FaultsAsync(name, description, newOnly: false, cancellationToken);
        }

        return TypedResults.Ok(new CheckResult([.. check.Items, .. EnrichmentTrial.Items(description, faults)]));
    }
}

/// <summary>GET /enrichments/{name}/status: what an enrichment reads and writes, how its last run went, when the next one is.</summary>
internal static class GetEnrichmentStatus
{
    /// <summary>The status.</summary>
    /// <param name="Name">The enrichment.</param>
    /// <param name="ProfileType">Whom it enriches.</param>
    /// <param name="Reads">The attributes that the plugin is handed.</param>
    /// <param name="Activities">The activities that it is handed.</param>
    /// <param name="Conditions">What the plugin asks of each profile; it is handed the answers and not what they are found by.</param>
    /// <param name="Writes">The attributes that it writes, as rules name them.</param>
    /// <param name="Tables">Its tables with rows by period.</param>
    /// <param name="LastRun">The run that ended last; absent before the first.</param>
    /// <param name="Visible">The run whose answers profiles have; absent when none succeeded.</param>
    /// <param name="NextRun">When it runs next by its cron expression; absent when it has none.</param>
    /// <param name="Faults">What keeps it from running.</param>
    public sealed record Response(
        string Name, string? ProfileType, IReadOnlyList<string> Reads, IReadOnlyList<Selection> Activities, IReadOnlyList<Condition> Conditions, IReadOnlyList<Attribute> Writes, IReadOnlyList<Table> Tables,
        EnrichmentRunResponse? LastRun, EnrichmentRunResponse? Visible, DateTimeOffset? NextRun, IReadOnlyList<Fault> Faults);

    /// <summary>Activities that a plugin is handed.</summary>
    /// <param name="Type">The activity type.</param>
    /// <param name="Fields">Its fields.</param>
    public sealed record Selection(string Type, IReadOnlyList<string> Fields);

    /// <summary>A question about each profile.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Rule">The rule that answers it.</param>
    /// <param name="At">The moment as of which it is asked; absent for that of the run.</param>
    /// <param name="BeforeSeconds">How long before that moment it is asked, in seconds.</param>
    /// <param name="WithinSeconds">Only activities of so long before count, in seconds; absent for all.</param>
    public sealed record Condition(string Name, string Rule, DateTimeOffset? At, double BeforeSeconds, double? WithinSeconds);

    /// <summary>An attribute that is written.</summary>
    /// <param name="Name">As rules name it: <c>office365.engagement_score</c>.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Description">What it means.</param>
    public sealed record Attribute(string Name, DataType Type, string? Description);

    /// <summary>A table.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Period">What a row stands for: day, week, month or year.</param>
    /// <param name="Fields">Its columns.</param>
    public sealed record Table(string Name, EnrichmentPeriod Period, IReadOnlyList<Attribute> Fields);

    private const int MostLooked = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/enrichments/{name}/status", HandleAsync).WithName(nameof(GetEnrichmentStatus))
            .WithSummary("What an enrichment reads and writes, how its last run went, when the next one is.").Requires(AccessAction.Read, ResourceKind.Enrichment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, MetadataService metadata, IEnrichmentStore store, EnrichmentSchedules schedules, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Enrichment, name, cancellationToken) is null)
        {
            return Problems.NotFound("enrichment", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var enrichment = model.Enrichments.GetValueOrDefault(name);
        var said = enrichment?.Description;
        var runs = (await store.ListRunsAsync(name, null, MostLooked, cancellationToken)).Items;
        return TypedResults.Ok(new Response(
            name,
            said?.ProfileType,
            said?.Reads ?? [],
            [.. (said?.Activities ?? []).Select(activity => new Selection(activity.Type, activity.Fields))],
            [.. (said?.Conditions ?? []).Select(one => new Condition(one.Name, one.Rule, one.At, one.Before.TotalSeconds, one.Within?.TotalSeconds))],
            [.. (said?.Writes ?? []).Select(field => new Attribute(said!.Attribute(field.Name), field.Type, field.Description))],
            [.. (said?.Tables ?? []).Select(table => new Table(table.Name, table.Period, [.. table.Fields.Select(field => new Attribute(field.Name, field.Type, field.Description))]))],
            runs.Count == 0 ? null : EnrichmentRunResponse.Of(runs[0]),
            runs.FirstOrDefault(run => run.Succeeded) is { } visible ? EnrichmentRunResponse.Of(visible) : null,
            enrichment is { Cron: { } cron } ? await schedules.NextRunAsync(new(name, cron, runs.Count == 0 ? null : runs[0].StartedAt), cancellationToken) : null,
            [.. model.Faults.Where(fault => fault.Kind == DefinitionKinds.Enrichment && fault.Name == name).Select(fault => new Fault(fault.Pointer, fault.Code, fault.Message))]));
    }
}

/// <summary>A run of an enrichment.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Succeeded">Whether its answers became visible.</param>
/// <param name="Version">The plugin's version; empty when it did not come to be opened.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="Counts">Profiles: population, enriched, noMatch, skipped, failed, notAnswered; and those left out for the purpose, by reason.</param>
/// <param name="Coverage">Profiles with a value by attribute.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record EnrichmentRunResponse(
    string JobId, bool Succeeded, string Version, string Summary, IReadOnlyDictionary<string, long> Counts, IReadOnlyDictionary<string, long> Coverage, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    /// <summary>What the plugin reported; given for one run, not in lists.</summary>
    public ReportResponse? Report { get; init; }

    internal static EnrichmentRunResponse Of(EnrichmentRun run) => new(
        run.JobId, run.Succeeded, run.Version, run.Summary, Read(run.Counts), Read(run.Coverage), run.StartedAt, run.EndedAt)
    {
        Report = run.Report is { } report ? Json.Read<ReportResponse>(report) : null,
    };

    private static Dictionary<string, long> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];
}

/// <summary>GET /enrichments/{name}/runs: how many profiles were enriched when, newest first.</summary>
internal static class ListEnrichmentRuns
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/enrichments/{name}/runs", HandleAsync).WithName(nameof(ListEnrichmentRuns)).WithSummary("How many profiles were enriched when, newest first.").Requires(AccessAction.Read, ResourceKind.Enrichment).AsTable("runs");

    internal static async Task<Results<Ok<PageResponse<EnrichmentRunResponse>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, IEnrichmentStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Enrichment, name, cancellationToken) is null)
        {
            return Problems.NotFound("enrichment", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(await store.ListRunsAsync(name, request.After(), request.Size(), cancellationToken), EnrichmentRunResponse.Of));
    }
}

/// <summary>GET /enrichments/{name}/runs/{jobId}: one run with the plugin's report.</summary>
internal static class GetEnrichmentRun
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/enrichments/{name}/runs/{jobId}", HandleAsync).WithName(nameof(GetEnrichmentRun)).WithSummary("One run with the plugin's report.").Requires(AccessAction.Read, ResourceKind.Enrichment);

    internal static async Task<Results<Ok<EnrichmentRunResponse>, ProblemHttpResult>> HandleAsync(
        string name, string jobId, IEnrichmentStore store, CancellationToken cancellationToken) =>
        await store.FindRunAsync(name, jobId, cancellationToken) is { } run ? TypedResults.Ok(EnrichmentRunResponse.Of(run)) : Problems.NotFound("run", jobId);
}

/// <summary>GET /profiles/{id}/enrichments: what each enrichment says of a profile, and when it was asked.</summary>
internal static class ListProfileEnrichments
{
    /// <summary>All of them.</summary>
    /// <param name="Id">The profile.</param>
    /// <param name="Items">By enrichment.</param>
    public sealed record Response(string Id, IReadOnlyList<Item> Items) : ITablePage<Item>;

    /// <summary>What one says.</summary>
    /// <param name="Enrichment">The enrichment.</param>
    /// <param name="Outcome">enriched, noMatch, skipped, failedRetryable or failedPermanent; where it failed, values are those of before.</param>
    /// <param name="Values">By attribute with its namespace.</param>
    /// <param name="Tables">Tables in which the profile has rows.</param>
    /// <param name="AskedAt">When the plugin was asked.</param>
    /// <param name="AsOf">The moment that counted as now in the run.</param>
    /// <param name="JobId">The run.</param>
    public sealed record Item(
        string Enrichment, EnrichmentOutcome Outcome, IReadOnlyDictionary<string, object?> Values, IReadOnlyList<string> Tables, DateTimeOffset AskedAt, DateTimeOffset AsOf, string JobId);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/enrichments", HandleAsync).WithName(nameof(ListProfileEnrichments)).WithSummary("What each enrichment says of a profile, and when it was asked.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("enrichments");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string id, IProfileStore profiles, IEnrichmentStore store, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            [.. (await store.OfProfileAsync(profile.Number, cancellationToken)).Select(one => new Item(
                one.Enrichment, (EnrichmentOutcome)one.Answer.Outcome, PlainJson.Of(one.Answer.Document), one.Tables, one.Answer.At, one.AsOf, one.JobId))]));
    }
}

/// <summary>GET /profiles/{id}/enrichments/{name}/tables/{table}: a profile's rows by period, oldest first.</summary>
internal static class ListEnrichmentRows
{
    /// <summary>The rows.</summary>
    /// <param name="Id">The profile.</param>
    /// <param name="Items">Oldest first.</param>
    public sealed record Response(string Id, IReadOnlyList<Row> Items) : ITablePage<Row>;

    /// <summary>A row.</summary>
    /// <param name="PeriodStart">The first day of its period.</param>
    /// <param name="Values">By column.</param>
    public sealed record Row(DateOnly PeriodStart, IReadOnlyDictionary<string, object?> Values);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/enrichments/{name}/tables/{table}", HandleAsync).WithName(nameof(ListEnrichmentRows)).WithSummary("A profile's rows by period, oldest first.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("rows");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, string name, string table, IProfileStore profiles, MetadataService metadata, IEnrichmentStore store, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        if (!(await metadata.ModelAsync(cancellationToken)).Enrichments.TryGetValue(name, out var enrichment))
        {
            return Problems.NotFound("enrichment", name);
        }

        if (enrichment.Description.Tables.All(one => one.Name != table))
        {
            return Problems.NotFound("table", table, $"It has: {string.Join(", ", enrichment.Description.Tables.Select(one => one.Name))}.");
        }

        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            [.. (await store.RowsAsync(name, table, profile.Number, cancellationToken)).Select(row => new Row(row.Period, PlainJson.Of(row.Document)))]));
    }
}
