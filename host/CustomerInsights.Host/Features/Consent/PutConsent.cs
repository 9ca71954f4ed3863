using System.Text.Json;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>PUT /identifiers/{type}/{value}/consent: tells what the person behind an identifier agreed to. Answers with what holds, which is newer perhaps.</summary>
internal static class PutConsent
{
    /// <summary>What was said.</summary>
    /// <param name="Status">true, false, or unknown.</param>
    /// <param name="Reason">Why; at most 500 characters.</param>
    /// <param name="Source">Where it was said; at most 100 characters. Default: api.</param>
    /// <param name="At">When it was said. Default: now.</param>
    public sealed record Request(JsonElement Status, string? Reason = null, string? Source = null, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/identifiers/{type}/{value}/consent", HandleAsync).WithName(nameof(PutConsent)).WithSummary("Tells what the person behind an identifier agreed to. Answers with what holds, which is newer perhaps.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static Task<Results<Ok<IdentifierResponse>, ProblemHttpResult>> HandleAsync(
        string type, string value, Request request, ConsentWriter writer, IIdentifierStore identifiers, MetadataService metadata, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var read = ChangeReading.Status(request.Status) is { } status
            ? ChangeReading.Read(type, value, IdentifierAspect.Consent, status, request.At, request.Source, request.Reason, now)
            : (null, ChangeReading.BadStatus);
        return IdentifierChanging.ApplyAsync(read, writer, identifiers, metadata, now, cancellationToken);
    }
}
