using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Events;

/// <summary>GET /event-sources/{name}/status: how an event source does.</summary>
internal static class GetEventSourceStatus
{
    private const int Samples = 20;

    /// <summary>How it does.</summary>
    /// <param name="Accepted">Events accepted in the last days.</param>
    /// <param name="Rejected">Events rejected.</param>
    /// <param name="Duplicates">How often events came again.</param>
    /// <param name="RememberedDays">How many days these are.</param>
    /// <param name="Rules">By rule, how many events were rejected, and how many accepted in spite of it.</param>
    /// <param name="Samples">The last events that were rejected or warned of, newest first.</param>
    /// <param name="Waiting">Events of all sources that came and are not processed yet.</param>
    /// <param name="WaitingSeconds">How long the oldest of them waits.</param>
    public sealed record Response(
        long Accepted, long Rejected, long Duplicates, int RememberedDays, IReadOnlyList<RuleResponse> Rules, IReadOnlyList<Sample> Samples, long Waiting, double? WaitingSeconds);

    /// <summary>How often a rule was met.</summary>
    /// <param name="Rule">form, time, blocked, unplanned or schema.</param>
    /// <param name="Rejected">Events rejected by it.</param>
    /// <param name="Accepted">Events accepted in spite of it.</param>
    public sealed record RuleResponse(string Rule, long Rejected, long Accepted);

    /// <summary>An event that was rejected or warned of.</summary>
    /// <param name="MessageId">What names it: ask for its fate.</param>
    /// <param name="Kind">The call.</param>
    /// <param name="ReceivedAt">When it came.</param>
    /// <param name="Rule">The rule.</param>
    /// <param name="Rejected">Whether it was rejected.</param>
    /// <param name="Message">What is wrong with it.</param>
    public sealed record Sample(string MessageId, string Kind, DateTimeOffset ReceivedAt, string? Rule, bool Rejected, string? Message)
    {
        internal static Sample Of(EventFate fate) => new(fate.MessageId, fate.Kind, fate.ReceivedAt, fate.Rule, fate.Refused is not null, fate.Refused ?? fate.Note);
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/event-sources/{name}/status", HandleAsync).WithName(nameof(GetEventSourceStatus))
            .WithSummary("How an event source does: events accepted, rejected and sent again, by rule with samples, and how many wait.").Requires(AccessAction.Read, ResourceKind.Source);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, IEventProjection projection, IProjectorLag lag, HostSettings settings, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.EventSource, name, cancellationToken) is null)
        {
            return Problems.NotFound("event source", name);
        }

        var state = await projection.StateAsync(name, Samples, cancellationToken);
        return TypedResults.Ok(new Response(
            state.Accepted,
            state.Refused,
            state.Duplicates,
            settings.EventFateDays,
            [.. state.Rules.Select(rule => new RuleResponse(rule.Rule, rule.Refused, rule.Warned))],
            [.. state.Samples.Select(Sample.Of)],
            lag.Events,
            lag.Age?.TotalSeconds));
    }
}
