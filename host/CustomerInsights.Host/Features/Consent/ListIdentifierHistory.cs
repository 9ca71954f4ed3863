using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /identifiers/{type}/{value}/history: what was told of an identifier, the last to arrive first.</summary>
internal static class ListIdentifierHistory
{
    /// <summary>Something told.</summary>
    /// <param name="About">consent, deliverability, optOut or list.</param>
    /// <param name="Status">true, false or unknown: agreed to, deliverable, opted out, subscribed.</param>
    /// <param name="At">When it came about.</param>
    /// <param name="RecordedAt">When it arrived.</param>
    /// <param name="Applied">False when a newer one stood.</param>
    /// <param name="Source">Where it was said.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="UpdateType">How a failure was learnt.</param>
    /// <param name="List">The list.</param>
    public sealed record Entry(
        string About, string Status, DateTimeOffset At, DateTimeOffset RecordedAt, bool Applied, string? Source = null, string? Reason = null, string? UpdateType = null, string? List = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/identifiers/{type}/{value}/history", HandleAsync).WithName(nameof(ListIdentifierHistory)).WithSummary("What was told of an identifier, the last to arrive first.").Requires(AccessAction.Read, ResourceKind.Consent).AsTable("identifier-history");

    internal static async Task<Ok<PageResponse<Entry>>> HandleAsync(
        string type, string value, string? cursor, int? limit, IIdentifierStore identifiers, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await identifiers.HistoryAsync(type, Semantics.NormaliseIdentifier(type, value), request.After(), request.Size(), cancellationToken), Of));
    }

    private static Entry Of(IdentifierEvent told)
    {
        var change = told.Change;
        var about = change.Aspect switch
        {
            IdentifierAspect.Consent => "consent",
            IdentifierAspect.Deliverability => "deliverability",
            IdentifierAspect.OptOut => "optOut",
            _ => "list",
        };
        return new Entry(about, ChangeReading.Word(change.Status), change.At, told.RecordedAt, told.Applied, change.Source, change.Reason, change.UpdateType, change.List);
    }
}
