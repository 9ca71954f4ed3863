using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

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

    /// <summary>Of a merge: the edge that brought it about.</summary>
    public EdgeResponse? Because { get; init; }

    internal static async Task<PageResponse<LedgerResponse>> PageAsync(
        Page<LedgerEntry> page, ProfileId? about, IProfileStore profiles, CancellationToken cancellationToken)
    {
        // Of an entry that tells of many, only what it tells of the profile asked for.
        var entries = page.Items.Select(entry => about is { } id && entry.Profile is null
            ? entry with { Parts = [.. entry.Parts.Where(part => part.From == id || part.To == id)] }
            : entry).ToList();
        var shown = entries.SelectMany(entry => entry.Parts.Take(Shown)).SelectMany(part => part.Nodes.Take(Shown))
            .Concat(entries.Select(entry => entry.Because).OfType<StoredEdge>().SelectMany(edge => new[] { edge.A, edge.B })).ToHashSet();
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
            [.. part.Nodes.Take(Shown).Where(nodes.ContainsKey).Select(node => new RecordReference(nodes[node].Stream, nodes[node].Key))]))])
    {
        Because = entry.Because is { } edge && nodes.TryGetValue(edge.A, out var a) && nodes.TryGetValue(edge.B, out var b)
            ? new EdgeResponse(new RecordReference(a.Stream, a.Key), new RecordReference(b.Stream, b.Key), edge.Kind, edge.Rule, edge.Score)
            : null,
    };

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
            CauseKind.Event => "what events told",
            CauseKind.Expiry => $"the expiry of unknown visitors {entry.Cause}",
            CauseKind.Verdict => $"the verdict {entry.Cause} of {entry.Principal}",
            CauseKind.Privacy => "a privacy request",
            _ => $"the removal of the stream {entry.Cause}",
        };
        var because = entry.Because is { } edge ? $" They are tied by {Explaining.EdgeWords.Of(edge)}." : "";
        return $"{what}, by {cause}.{because}";
    }
}
