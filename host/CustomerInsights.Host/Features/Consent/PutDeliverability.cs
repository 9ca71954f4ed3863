using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>PUT /identifiers/{type}/{value}/deliverability: tells whether messages to an identifier arrive.</summary>
internal static class PutDeliverability
{
    /// <summary>What was found.</summary>
    /// <param name="Reachable">Whether messages arrive.</param>
    /// <param name="UpdateType">Where they do not, how it was learnt: hard_bounce, soft_bounce, spam_report, uninstall, invalid_identifier, returned_to_sender, unknown, expired or other.</param>
    /// <param name="Reason">Why; at most 500 characters.</param>
    /// <param name="Source">Who found it; at most 100 characters. Default: api.</param>
    /// <param name="At">When. Default: now.</param>
    public sealed record Request(bool Reachable, string? UpdateType = null, string? Reason = null, string? Source = null, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/identifiers/{type}/{value}/deliverability", HandleAsync).WithName(nameof(PutDeliverability)).WithSummary("Tells whether messages to an identifier arrive.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static Task<Results<Ok<IdentifierResponse>, ProblemHttpResult>> HandleAsync(
        string type, string value, Request request, ConsentWriter writer, IIdentifierStore identifiers, MetadataService metadata, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var status = request.Reachable ? ConsentStatus.True : ConsentStatus.False;
        var read = ChangeReading.UpdateType(request.Reachable, request.UpdateType) is { } fault
            ? (null, fault)
            : ChangeReading.Read(type, value, IdentifierAspect.Deliverability, status, request.At, request.Source, request.Reason, now);
        return IdentifierChanging.ApplyAsync(
            read.Item1 is { } change ? (change with { UpdateType = request.UpdateType }, null) : read, writer, identifiers, metadata, now, cancellationToken);
    }
}
