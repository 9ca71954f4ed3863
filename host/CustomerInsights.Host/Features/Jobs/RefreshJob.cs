using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Accounts;
using CustomerInsights.Host.Features.Activities;
using CustomerInsights.Host.Features.Enrichments;
using CustomerInsights.Host.Features.Exports;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Measures;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Features.Unification;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>The whole pipeline as one graph of jobs: sources, projection, unification, activities without keys, measures, enrichments, segments, exports. It makes the graph and waits for it.</summary>
internal sealed class RefreshJob(MetadataService metadata, JobQueue queue, IJobStore store, IActivityStore activities, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "refresh";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    public string Kind => JobKind;

    public bool OnlyWaits => true;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        // The children are added in one transaction; after a crash they are there or they are not.
        if ((await ChildrenAsync(job.Job.Id, cancellationToken)).Count == 0)
        {
            await queue.AddAsync(await GraphAsync(job.Job, cancellationToken), cancellationToken);
        }

        try
        {
            while (true)
            {
                var children = await ChildrenAsync(job.Job.Id, cancellationToken);
                var ended = children.Count(child => JobResponse.Of(child).HasEnded);
                job.Report(ended, children.Count, children.FirstOrDefault(child => child.State == JobState.Running)?.Kind);

                // A cancelled refresh takes its steps along, often before it is told itself: that is no failure of a step.
                if (ended == children.Count && !await CancelledAsync(job.Job.Id))
                {
                    var unlinked = (await activities.CountAsync(cancellationToken)).Sum(count => count.Unlinked);
                    return Result(children, Notes(await metadata.ModelAsync(cancellationToken), unlinked));
                }

                await Task.Delay(s_look, clock, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Someone cancelled it: its steps go with it. When only the host stops, they wait for the next start.
            if (await CancelledAsync(job.Job.Id))
            {
                foreach (var child in await ChildrenAsync(job.Job.Id, CancellationToken.None))
                {
                    await store.CancelAsync(child.Id, CancellationToken.None);
                }
            }

            throw;
        }
    }

    private async Task<bool> CancelledAsync(string id) => (await store.FindAsync(id, CancellationToken.None))?.CancelRequested == true;

    private async Task<List<NewJob>> GraphAsync(Job refresh, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var jobs = new List<NewJob>();
        IReadOnlyList<string> Add(string kind, IEnumerable<string?> subjects, IReadOnlyList<string> after)
        {
            var made = subjects.Select(subject => queue.New(kind, subject, "{}", refresh.CreatedBy) with { Parent = refresh.Id, DependsOn = after }).ToList();
            jobs.AddRange(made);
            return made.Count == 0 ? after : [.. made.Select(one => one.Id)];
        }

        var read = Add(IngestJob.JobKind, model.Sources.Keys.Order(StringComparer.Ordinal), []);
        var projected = Add(ProjectJob.JobKind, [null], read);
        var unified = new List<string>();
        var unifiedBy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in UnificationOrder.Of(model))
        {
            // Accounts before their contacts: whose account is not unified yet would be an orphan.
            IReadOnlyList<string> owners = [.. model.Links.Where(link => link.From == type && link.To != type).Select(link => unifiedBy.GetValueOrDefault(link.To)).OfType<string>()];
            unifiedBy[type] = Add(UnifyJob.JobKind, [type], [.. projected, .. owners])[0];
            unified.Add(unifiedBy[type]);
        }

        if (unified.Count == 0)
        {
            unified.AddRange(projected);
        }

        var matched = Add(MatchActivitiesJob.JobKind, MatchActivitiesJob.Of(model).Count == 0 ? [] : [null], unified);
        var measured = Add(MeasuresJob.JobKind, [null], matched);
        var enriched = Add(EnrichJob.JobKind, model.Enrichments.Values.Where(enrichment => enrichment.AfterRefresh).Select(enrichment => enrichment.Name).Order(StringComparer.Ordinal), measured);
        var segmented = Add(SegmentsJob.JobKind, [null], enriched);
        Add(ExportJob.JobKind, model.Exports.Values.Where(export => export.AfterRefresh).Select(export => export.Name).Order(StringComparer.Ordinal), segmented);
        return jobs;
    }

    private async Task<List<Job>> ChildrenAsync(string parent, CancellationToken cancellationToken)
    {
        var children = new List<Job>();
        string? after = null;
        do
        {
            var page = await store.ListAsync(null, parent, after, 500, cancellationToken);
            children.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return children;
    }

    // What no single step can see.
    private static IEnumerable<string> Notes(InsightsModel model, long unlinked)
    {
        foreach (var type in model.Mappings.Values.Select(mapping => mapping.Profile?.Type).OfType<string>().Distinct(StringComparer.Ordinal)
            .Except(model.UnificationNames, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            yield return $"Records are mapped to '{type}', which has no unification policy and therefore no profiles: PUT /api/v1/unification/policies/{type}.";
        }

        foreach (var fault in model.Faults.Where(fault => fault.Kind is DefinitionKinds.Enrichment or DefinitionKinds.Export))
        {
            yield return $"{(fault.Kind == DefinitionKinds.Export ? "Export" : "Enrichment")} '{fault.Name}' is left out: {fault.Message}";
        }

        if (unlinked > 0)
        {
            yield return $"{unlinked:N0} activities belong to no profile (yet); they are linked by themselves when it appears.";
        }
    }

    private static JobResult Result(List<Job> children, IEnumerable<string> notes)
    {
        var ordered = children.OrderBy(child => child.Id, StringComparer.Ordinal).ToList();
        var failed = ordered.FirstOrDefault(child => child.State is JobState.Failed or JobState.Cancelled);
        if (failed is not null)
        {
            throw new JobFailedException(failed.Error?.Kind ?? "Cancelled", $"{failed.Kind}{(failed.Subject is null ? "" : $" of {failed.Subject}")}: {failed.Error?.Message ?? "was cancelled."} What comes after it was skipped.") { IsFinal = true };
        }

        var results = ordered.Where(child => child.Result is not null).Select(child => Json.Read<JobResult>(child.Result!)).ToList();
        var changed = results.Sum(result => result.Changed);
        var warnings = results.SelectMany(result => result.Warnings ?? []).ToList();
        warnings.AddRange(notes);
        return new JobResult(changed, changed == 0 ? "Nothing has changed since the last refresh; nothing was written." : string.Join(' ', results.Select(result => result.Summary)))
        {
            Warnings = warnings.Count == 0 ? null : warnings,
        };
    }
}

/// <summary>POST /refreshes: runs the whole pipeline. One refresh runs at a time; asking again gives the one under way.</summary>
internal static class StartRefresh
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/refreshes", HandleAsync).WithName(nameof(StartRefresh)).WithSummary("Runs the whole pipeline. One refresh runs at a time; asking again gives the one under way.").Requires(AccessAction.Run, ResourceKind.Source);

    internal static async Task<Microsoft.AspNetCore.Http.HttpResults.Accepted<AcceptedJob>> HandleAsync(JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, added) = await queue.AddOnceAsync(RefreshJob.JobKind, null, "{}", context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }
}
