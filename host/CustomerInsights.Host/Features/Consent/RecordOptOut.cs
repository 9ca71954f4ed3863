using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>POST /opt-outs: records that a person opted out of the sale of data (CCPA). It holds for the whole person whom the identifier names.</summary>
internal static class RecordOptOut
{
    /// <summary>Who said it.</summary>
    /// <param name="IdentifierType">email, phone…</param>
    /// <param name="Value">The identifier.</param>
    /// <param name="Reason">Why, or the number of the request; at most 500 characters.</param>
    /// <param name="Source">Where it was said; at most 100 characters. Default: api.</param>
    /// <param name="At">When it was said. Default: now.</param>
    public sealed record Request(string IdentifierType, string Value, string? Reason = null, string? Source = null, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/opt-outs", HandleAsync).WithName(nameof(RecordOptOut)).WithSummary("Records that a person opted out of the sale of data (CCPA).").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static Task<Results<Ok<IdentifierResponse>, ProblemHttpResult>> HandleAsync(
        Request request, ConsentWriter writer, IIdentifierStore identifiers, MetadataService metadata, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return IdentifierChanging.ApplyAsync(
            ChangeReading.Read(
                request.IdentifierType, request.Value, IdentifierAspect.OptOut, ConsentStatus.True, request.At, request.Source, request.Reason, now, "/identifierType", "/value"),
            writer, identifiers, metadata, now, cancellationToken);
    }
}
