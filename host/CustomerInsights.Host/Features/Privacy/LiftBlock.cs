using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>POST /privacy/blocked/lift: lets an identifier, or a record by its key, in again after an erasure.</summary>
internal static class LiftBlock
{
    private const int LongestReason = 1000;

    /// <summary>What to let in: an identifier, or a record.</summary>
    /// <param name="Reason">Why: a new consent. For the audit; name nobody in it.</param>
    /// <param name="Type">The identifier's type.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Stream">The record's stream.</param>
    /// <param name="Key">The record's key.</param>
    public sealed record Request(string Reason, string? Type = null, string? Value = null, string? Stream = null, string? Key = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/privacy/blocked/lift", HandleAsync).WithName(nameof(LiftBlock)).WithSummary("Lets an identifier, or a record by its key, in again after an erasure.").Requires(AccessAction.Write, ResourceKind.Privacy);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Request request, IPrivacyStore store, PrivacyKeys keys, ErasureGate gate, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Reason.Trim().Length is 0 or > LongestReason)
        {
            return Problems.Invalid("/reason", "length", $"Say why, in 1 to {LongestReason:N0} characters; the audit keeps it.");
        }

        var loaded = await keys.LoadAsync(cancellationToken);
        var hash = request switch
        {
            { Type: { } type, Value: { } value, Stream: null, Key: null } => ErasureGate.HashOf(loaded, type, value),
            { Type: null, Value: null, Stream: { } stream, Key: { } key } => loaded.Hash("record:" + stream, key),
            _ => null,
        };
        if (hash is null)
        {
            return Problems.Invalid("", "what", "Give 'type' and 'value' of an identifier, or 'stream' and 'key' of a record.");
        }

        await gate.ReadyAsync(cancellationToken);
        if (!await store.LiftAsync(hash, context.ActorName(), request.Reason.Trim(), cancellationToken))
        {
            return Problems.NotFound("block", "given", "It is not kept out: nothing of that identifier or record was erased, or it was let in before.");
        }

        gate.Remove(hash);
        return TypedResults.NoContent();
    }
}
