using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>GET /jobs/{id}/events: the job as server-sent events, one whenever it changes, until it has ended.</summary>
internal static class FollowJob
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{id}/events", HandleAsync).WithName(nameof(FollowJob)).WithSummary("The job as server-sent events, one whenever it changes, until it has ended.").Requires(AccessAction.Read, ResourceKind.Job)
            .Produces<JobResponse>(StatusCodes.Status200OK, "text/event-stream");

    internal static async Task<IResult> HandleAsync(string id, IJobStore store, TimeProvider clock, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is null
            ? Problems.NotFound("job", id)
            : TypedResults.ServerSentEvents(EventsAsync(id, store, clock, cancellationToken));

    private static async IAsyncEnumerable<SseItem<JobResponse>> EventsAsync(
        string id, IJobStore store, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobResponse? last = null;
        while (await store.FindAsync(id, cancellationToken) is { } job)
        {
            var now = JobResponse.Of(job);
            if (last is null || now.State != last.State || now.Progress != last.Progress)
            {
                yield return new SseItem<JobResponse>(now, "job");
                last = now;
            }

            if (now.HasEnded)
            {
                yield break;
            }

            await Task.Delay(s_look, clock, cancellationToken);
        }
    }
}
