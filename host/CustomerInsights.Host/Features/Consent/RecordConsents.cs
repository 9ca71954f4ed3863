using System.Text.Json;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>POST /consents: tells what people agreed to or refused, many at once.</summary>
internal static class RecordConsents
{
    private const int Most = 500;

    /// <summary>What was said of one identifier.</summary>
    /// <param name="IdentifierType">email, phone, push_token…</param>
    /// <param name="Value">The identifier.</param>
    /// <param name="Status">true, false, or unknown.</param>
    /// <param name="Reason">Why; at most 500 characters.</param>
    /// <param name="Source">Where it was said; at most 100 characters. Default: api.</param>
    /// <param name="At">When it was said. Default: now. The newest holds, whatever the order of arrival.</param>
    public sealed record Item(string IdentifierType, string Value, JsonElement Status, string? Reason = null, string? Source = null, DateTimeOffset? At = null);

    /// <summary>What became of one.</summary>
    /// <param name="IdentifierType">As it was sent.</param>
    /// <param name="Value">Normalised; as it was sent when it was refused.</param>
    /// <param name="Result">applied; superseded, when a newer one stands; refused.</param>
    /// <param name="Fault">Why it was refused.</param>
    public sealed record ItemResult(string IdentifierType, string Value, string Result, Fault? Fault = null);

    /// <summary>What became of all.</summary>
    /// <param name="Items">In the order in which they were sent.</param>
    public sealed record Response(IReadOnlyList<ItemResult> Items);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/consents", HandleAsync).WithName(nameof(RecordConsents)).WithSummary("Tells what people agreed to or refused, many at once.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        List<Item> items, ConsentWriter writer, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (items.Count is 0 or > Most || items.Contains(null!))
        {
            return Problems.Invalid("", "count", $"Send an array of 1 to {Most} objects; there are {items.Count}.");
        }

        var now = clock.GetUtcNow();
        var read = items.Select((item, i) => Read(item, i, now)).ToList();
        var applied = new Queue<ConsentOutcome>(await writer.ApplyAsync([.. read.Select(one => one.Change).OfType<IdentifierChange>()], now, cancellationToken));
        return TypedResults.Ok(new Response(
        [
            .. read.Select((one, i) => one.Change is { } change
                ? applied.Dequeue() switch
                {
                    ConsentOutcome.Applied => new ItemResult(change.Type, change.Value, "applied"),
                    ConsentOutcome.Superseded => new ItemResult(change.Type, change.Value, "superseded"),
                    _ => new ItemResult(items[i].IdentifierType, items[i].Value, "refused", new Fault($"/{i}/value", "erased", ConsentWriter.ErasedMessage)),
                }
                : new ItemResult(items[i].IdentifierType, items[i].Value, "refused", one.Fault)),
        ]));
    }

    private static (IdentifierChange? Change, Fault? Fault) Read(Item item, int index, DateTimeOffset now)
    {
        var (change, fault) = ChangeReading.Status(item.Status) is { } status
            ? ChangeReading.Read(item.IdentifierType, item.Value, IdentifierAspect.Consent, status, item.At, item.Source, item.Reason, now, "/identifierType", "/value")
            : (null, ChangeReading.BadStatus);
        return (change, fault is null ? null : fault with { Pointer = $"/{index}{fault.Pointer}" });
    }
}
