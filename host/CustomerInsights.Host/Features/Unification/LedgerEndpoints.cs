using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Records that went from one profile to another.</summary>
/// <param name="From">The profile that they were in; absent for none.</param>
/// <param name="To">The profile that they are in; absent for none.</param>
/// <param name="Records">How many.</param>
/// <param name="First">The first hundred.</param>
public sealed record LedgerPartResponse(string? From, string? To, int Records, IReadOnlyList<RecordReference> First);

/// <summary>A change of who is who.</summary>
/// <param name="Entry">Its number.</param>
/// <param name="Type">The profile type.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Sentence">The same in words.</param>
/// <param name="At">When.</param>
/// <param name="CauseKind">What kind of thing made it.</param>
/// <param name="Cause">The job's or the verdict's id.</param>
/// <param name="By">Who, where a person caused it.</param>
/// <param name="Profile">The profile that it is about.</param>
/// <param name="Other">The id merged away or redirected, or what a new profile was split from.</param>
/// <param name="PartCount">How many parts there are.</param>
/// <param name="Parts">The first hundred.</param>
public sealed record LedgerResponse(
    long Entry,
    string Type,
    LedgerKind Kind,
    string Sentence,
    DateTimeOffset At,
    CauseKind CauseKind,
    string Cause,
    string? By,
    string? Profile,
    string? Other,
    int PartCount,
    IReadOnlyList<LedgerPartResponse> Parts)
{
    private const int Shown = 100;

    internal static async Task<PageResponse<LedgerResponse>> PageAsync(
        Page<LedgerEntry> page, ProfileId? about, IProfileStore profiles, CancellationToken cancellationToken)
    {
        // Of an entry that tells of many, only what it tells of the profile asked for.
        var entries = page.Items.Select(entry => about is { } id && entry.Profile is null
            ? entry with { Parts = [.. entry.Parts.Where(part => part.From == id || part.To == id)] }
            : entry).ToList();
        var shown = entries.SelectMany(entry => entry.Parts.Take(Shown)).SelectMany(part => part.Nodes.Take(Shown)).ToHashSet();
        var nodes = await profiles.NodesAsync(shown, cancellationToken);
        return PageRequest.Response(new Page<LedgerEntry>(entries, page.Next), entry => Of(entry, nodes));
    }

    private static LedgerResponse Of(LedgerEntry entry, IReadOnlyDictionary<long, LineageNode> nodes) => new(
        entry.Entry,
        entry.ProfileType,
        entry.Kind,
        Words(entry),
        entry.At,
        entry.CauseKind,
        entry.Cause,
        entry.Principal,
        entry.Profile?.ToString(),
        entry.Other?.ToString(),
        entry.Parts.Count,
        [.. entry.Parts.Take(Shown).Select(part => new LedgerPartResponse(
            part.From?.ToString(),
            part.To?.ToString(),
            part.Nodes.Count,
            [.. part.Nodes.Take(Shown).Where(nodes.ContainsKey).Select(node => new RecordReference(nodes[node].Stream, nodes[node].Key))]))]);

    private static string Words(LedgerEntry entry)
    {
        var moved = entry.Parts.Where(part => part.From != part.To).Sum(part => part.Nodes.Count);
        var records = moved == 1 ? "1 record" : string.Create(CultureInfo.InvariantCulture, $"{moved:N0} records");
        var what = entry.Kind switch
        {
            LedgerKind.Created => string.Create(CultureInfo.InvariantCulture, $"{entry.Parts.Count:N0} {(entry.Parts.Count == 1 ? "profile was" : "profiles were")} made of {records}"),
            LedgerKind.Joined => $"{records} came to existing profiles",
            LedgerKind.Merged => $"The profile {entry.Other} became part of {entry.Profile} with {records}",
            LedgerKind.Split => $"The profile {entry.Profile} was split from {entry.Other} with {records}",
            LedgerKind.Moved => $"{records} moved to the profile {entry.Profile}",
            LedgerKind.Left => $"{records} left their profiles",
            LedgerKind.Removed => $"The profile {entry.Profile} has no records any more",
            LedgerKind.Restored => $"The profile {entry.Profile} came back with {records}",
            _ => $"The id {entry.Other} leads to the profile {entry.Profile} now",
        };
        var cause = entry.CauseKind switch
        {
            CauseKind.Run => $"the run {entry.Cause}",
            CauseKind.Verdict => $"the verdict {entry.Cause} of {entry.Principal}",
            _ => $"the removal of the stream {entry.Cause}",
        };
        return $"{what}, by {cause}.";
    }
}

/// <summary>GET /unification/ledger: every change of who is who, newest first.</summary>
internal static class ListLedger
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/ledger", HandleAsync).WithName(nameof(ListLedger)).WithSummary("Every change of who is who, newest first.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Results<Ok<PageResponse<LedgerResponse>>, ProblemHttpResult>> HandleAsync(
        string? profile, string? kind, string? cause, string? cursor, int? limit, ILedgerStore ledger, IProfileStore profiles, CancellationToken cancellationToken)
    {
        ProfileId? about = null;
        if (profile is not null)
        {
            if (!ProfileId.TryParse(profile, out var id))
            {
                return Problems.Invalid("profile", "id", $"'{profile}' is not a profile's id.");
            }

            about = id;
        }

        LedgerKind? of = null;
        if (kind is not null)
        {
            if (!Enum.TryParse<LedgerKind>(kind, ignoreCase: true, out var known) || !Enum.IsDefined(known))
            {
                return Problems.Invalid("kind", "kind", $"'{kind}' is not a kind; use one of {string.Join(", ", Enum.GetNames<LedgerKind>()).ToLowerInvariant()}.");
            }

            of = known;
        }

        var request = new PageRequest(cursor, limit);
        var page = await ledger.ListAsync(new LedgerQuery(about, of, cause), request.After(), request.Size(), cancellationToken);
        return TypedResults.Ok(await LedgerResponse.PageAsync(page, about, profiles, cancellationToken));
    }
}

/// <summary>GET /profiles/{id}/history: what happened to a profile or to an id that was merged away, newest first.</summary>
internal static class GetProfileHistory
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/history", HandleAsync).WithName(nameof(GetProfileHistory)).WithSummary("What happened to a profile or to an id that was merged away, newest first.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<PageResponse<LedgerResponse>>, ProblemHttpResult>> HandleAsync(
        string id, string? cursor, int? limit, ILedgerStore ledger, IProfileStore profiles, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var about))
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var request = new PageRequest(cursor, limit);
        var page = await ledger.ListAsync(new LedgerQuery(about), request.After(), request.Size(), cancellationToken);
        return page.Items.Count == 0 && cursor is null && await profiles.FindAsync(about, cancellationToken) is null
            ? Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…")
            : TypedResults.Ok(await LedgerResponse.PageAsync(page, about, profiles, cancellationToken));
    }
}

/// <summary>POST /unification/ledger/{entry}/undo: undoes one merge; the old id comes back, and no run merges the parts again.</summary>
internal static class UndoMerge
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/ledger/{entry:long}/undo", HandleAsync).WithName(nameof(UndoMerge)).WithSummary("Undoes one merge; the old id comes back, and no run merges the parts again.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        long entry, Stewardship stewardship, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, problem) = await stewardship.UndoAsync(entry, null, context.ActorName(), cancellationToken);
        return id is null ? problem! : TypedResults.Ok(await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
    }
}
