using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>
/// Makes segments inactive on which nothing builds and at which nobody looked for so many days; it deletes nothing. Off unless the host is set so, or somebody asks.
/// </summary>
internal sealed class SegmentExpiryJob(MetadataService metadata, IDefinitionStore definitions, ISegmentStateStore states, HostSettings settings, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "segment-expiry";

    private const string Actor = "segment-expiry";

    public string Kind => JobKind;

    /// <summary>What the job is asked.</summary>
    /// <param name="AfterDays">Days without use; the host's setting if absent.</param>
    public sealed record Parameters(int? AfterDays = null);

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        if ((Json.Read<Parameters>(job.Job.Parameters).AfterDays ?? settings.ExpireSegmentsAfterDays) is not { } days)
        {
            return new JobResult(0, "Segments do not expire here.");
        }

        var now = clock.GetUtcNow();
        var model = await metadata.ModelAsync(cancellationToken);
        var times = await states.TimesAsync(cancellationToken);
        var told = new List<string>();
        foreach (var segment in model.Segments.Where(segment => !segment.Document.Keep && segment.IsActiveAt(now) && SegmentUses.None(model, segment.Name)))
        {
            if (await definitions.FindAsync(DefinitionKinds.Segment, segment.Name, cancellationToken) is not { } definition)
            {
                continue;
            }

            var looked = times.GetValueOrDefault(segment.Name)?.UsedAt;
            var last = looked > definition.ChangedAt ? looked.Value : definition.ChangedAt;
            if (now - last < TimeSpan.FromDays(days))
            {
                continue;
            }

            // Only as it was read: one that somebody changes at this moment is in use.
            var change = new DefinitionChange(DefinitionKinds.Segment, segment.Name, Json.Write(segment.Document with { Active = false }), definition.Version);
            if ((await metadata.ApplyAsync([change], Discovered.Nothing, Actor, cancellationToken)).Done)
            {
                told.Add($"Segment '{segment.Name}' is inactive now: nothing builds on it, and nobody looked at it or changed it since {last.UtcDateTime:yyyy-MM-dd}. Set 'active' to true to compute it again, 'keep' to keep it active.");
            }
        }

        return new JobResult(told.Count, told.Count == 0 ? "No segment expired." : $"{told.Count:N0} unused segments are inactive now.")
        {
            Warnings = told.Count == 0 ? null : told,
        };
    }
}

/// <summary>POST /segments/expire: makes segments inactive that are not used. Nothing is deleted.</summary>
internal static class ExpireSegments
{
    /// <summary>What is unused.</summary>
    /// <param name="AfterDays">Days, 1 to 3,650, without that anything builds on it or anybody looks at it or changes it.</param>
    public sealed record Request(int AfterDays);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/expire", HandleAsync).WithName(nameof(ExpireSegments)).WithSummary("Makes segments inactive that are not used. Nothing is deleted.").Requires(AccessAction.Write, ResourceKind.Segment);

    internal static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(Request request, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.AfterDays is < 1 or > 3650)
        {
            return Problems.Invalid("/afterDays", "range", $"{request.AfterDays}: give 1 to 3,650 days.");
        }

        var (id, added) = await queue.AddOnceAsync(SegmentExpiryJob.JobKind, null, Json.Write(new SegmentExpiryJob.Parameters(request.AfterDays)), context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }
}
