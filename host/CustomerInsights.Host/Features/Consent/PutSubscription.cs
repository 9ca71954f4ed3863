using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>PUT /lists/{name}/identifiers/{type}/{value}: subscribes an identifier, or takes it off. Answers with what holds, which is newer perhaps.</summary>
internal static class PutSubscription
{
    /// <summary>What was said.</summary>
    /// <param name="Status">subscribed, unsubscribed or unknown.</param>
    /// <param name="Reason">Why; at most 500 characters.</param>
    /// <param name="Source">Where it was said; at most 100 characters. Default: api.</param>
    /// <param name="At">When it was said. Default: now.</param>
    public sealed record Request(string Status, string? Reason = null, string? Source = null, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/lists/{name}/identifiers/{type}/{value}", HandleAsync).WithName(nameof(PutSubscription)).WithSummary("Subscribes an identifier to a list, or takes it off.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> HandleAsync(
        string name, string type, string value, Request request, ConsentWriter writer, IIdentifierStore identifiers, TimeProvider clock, CancellationToken cancellationToken)
    {
        ConsentStatus? status = request.Status switch { "subscribed" => ConsentStatus.True, "unsubscribed" => ConsentStatus.False, "unknown" => ConsentStatus.Unknown, _ => null };
        if (status is not { } known)
        {
            return Problems.Invalid("/status", "status", "A status is subscribed, unsubscribed or unknown.");
        }

        var now = clock.GetUtcNow();
        var (change, fault) = ChangeReading.Read(type, value, IdentifierAspect.List, known, request.At, request.Source, request.Reason, now);
        if (change is null)
        {
            return Problems.Invalid("The request is not valid.", [fault!]);
        }

        if (await writer.ApplyAsync([change with { List = name }], now, cancellationToken) is [ConsentOutcome.Erased])
        {
            return IdentifierChanging.Erased();
        }

        return await GetSubscription.HandleAsync(name, type, value, identifiers, cancellationToken);
    }
}
