using CustomerInsights.Core.Model;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>A record or a profile that a steward names; either the profile, or stream and key.</summary>
/// <param name="Profile">A profile's id; one that was merged away means what it became.</param>
/// <param name="Stream">The stream of a record, <c>crm.contacts</c>.</param>
/// <param name="Key">The record's key there.</param>
public sealed record Reference(string? Profile = null, string? Stream = null, string? Key = null);

/// <summary>Takes verdicts and undoes merges: plans the change on the profiles concerned, and writes it with the verdict in one transaction.</summary>
internal sealed class Stewardship(IProfileStore profiles, IVerdictStore verdicts, ILedgerStore ledger, IRecordStore records, Reunification reunification, TimeProvider clock)
{
    public const int MostPairs = 10_000;
    private const int MostAttempts = 5;

    /// <summary>"Same" or "different", at once and in all runs to come.</summary>
    public Task<(string? Verdict, ProblemHttpResult? Problem)> JudgeAsync(
        Reference left, Reference right, bool same, string? note, long? review, string principal, CancellationToken cancellationToken) =>
        RetryAsync(() => TryJudgeAsync(left, right, same, note, review, principal, cancellationToken));

    /// <summary>The parts of a merge become two profiles again.</summary>
    public Task<(string? Verdict, ProblemHttpResult? Problem)> UndoAsync(long entry, string? note, string principal, CancellationToken cancellationToken) =>
        RetryAsync(() => TryUndoAsync(entry, note, principal, cancellationToken));

    private static async Task<(string? Verdict, ProblemHttpResult? Problem)> RetryAsync(Func<Task<(string? Verdict, ProblemHttpResult? Problem)>> attempt)
    {
        for (var i = 1; i <= MostAttempts; i++)
        {
            try
            {
                return await attempt();
            }
            catch (StoreConflictException)
            {
                // Somebody changed the profiles between our reading and our writing: read again.
            }
        }

        return (null, Problems.Conflict("The profiles are being changed, perhaps by a run.", "Send it again when the run has ended: GET /api/v1/unification/runs."));
    }

    private async Task<(string? Verdict, ProblemHttpResult? Problem)> TryJudgeAsync(
        Reference left, Reference right, bool same, string? note, long? review, string principal, CancellationToken cancellationToken)
    {
        var (first, problem) = await FindAsync(left, "/left", cancellationToken);
        if (first is null)
        {
            return (null, problem);
        }

        var basis = await profiles.BasisAsync(first.Type, cancellationToken);
        (first, problem) = await FindAsync(left, "/left", cancellationToken);
        var (second, otherProblem) = await FindAsync(right, "/right", cancellationToken);
        if (first is null || second is null)
        {
            return (null, problem ?? otherProblem);
        }

        if (first.Type != second.Type)
        {
            return (null, Problems.Invalid("/right", "type", $"Left is a {first.Type} and right is a {second.Type}; both must be of one type."));
        }

        var near = await profiles.NeighbourhoodAsync([first.Id, second.Id], cancellationToken);
        var (a, b) = (Nodes(left, first.Id, near, same), Nodes(right, second.Id, near, same));
        if (a.Intersect(b).Any())
        {
            return (null, Problems.Invalid("/right", "same", "Left and right are the same profile. Name two of its records, each with stream and key."));
        }

        if ((long)a.Count * b.Count > MostPairs)
        {
            return (null, TooMany(a.Count, b.Count));
        }

        var kind = same ? EdgeKind.Asserted : EdgeKind.Denied;
        if (Said(near, a, b, kind) is { } said)
        {
            return (null, said);
        }

        var verdict = new NewVerdict(
            Guid.CreateVersion7(clock.GetUtcNow()).ToString("D"), same ? VerdictKind.Same : VerdictKind.Different, a[0], b[0], note, null, review);
        var edges = Edges(a, b, kind, verdict.Rule);
        return await WriteAsync(first.Type, near, edges, null, verdict, basis, principal, cancellationToken);
    }

    private async Task<(string? Verdict, ProblemHttpResult? Problem)> TryUndoAsync(long number, string? note, string principal, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(number, cancellationToken) is not { } entry)
        {
            return (null, Problems.NotFound("ledger entry", number.ToString(System.Globalization.CultureInfo.InvariantCulture), "List them: GET /api/v1/unification/ledger."));
        }

        if (entry.Kind != LedgerKind.Merged || entry.Profile is not { } kept || entry.Other is not { } merged)
        {
            return (null, Problems.Conflict($"The entry {number} is not a merge.", "Only merges can be undone: GET /api/v1/unification/ledger?kind=merged."));
        }

        if (await verdicts.FindUndoAsync(number, cancellationToken) is { } undo)
        {
            return (null, Problems.Conflict(
                $"The merge {number} is undone already.", $"{undo.Principal} did it. To let runs merge again: DELETE /api/v1/unification/verdicts/{undo.Id}."));
        }

        var basis = await profiles.BasisAsync(entry.ProfileType, cancellationToken);
        var now = await profiles.FindAsync(kept, cancellationToken);
        if (now is null || (await profiles.FindAsync(merged, cancellationToken))?.Id != now.Id)
        {
            return (null, NotTogether(number));
        }

        var near = await profiles.NeighbourhoodAsync([now.Id], cancellationToken);
        var members = near.Members.Select(member => member.Node).ToHashSet();
        List<long> came = [.. entry.Parts.Where(part => part.From == merged && part.To == kept).SelectMany(part => part.Nodes).Where(members.Contains)];
        List<long> rest = [.. entry.Parts.Where(part => part.From == kept && part.To == kept).SelectMany(part => part.Nodes).Where(members.Contains)];
        if (came.Count == 0 || rest.Count == 0)
        {
            return (null, NotTogether(number));
        }

        if ((long)came.Count * rest.Count > MostPairs)
        {
            return (null, TooMany(came.Count, rest.Count));
        }

        var verdict = new NewVerdict(Guid.CreateVersion7(clock.GetUtcNow()).ToString("D"), VerdictKind.Undo, came[0], rest[0], note, number, null);
        return await WriteAsync(
            entry.ProfileType, near, Edges(came, rest, EdgeKind.Denied, verdict.Rule), new UndoneMerge(kept, merged, rest, came), verdict, basis, principal, cancellationToken);
    }

    private async Task<(string? Verdict, ProblemHttpResult? Problem)> WriteAsync(
        string type,
        ProfileNeighbourhood near,
        List<StoredEdge> edges,
        UndoneMerge? undo,
        NewVerdict verdict,
        ProfileBasis basis,
        string principal,
        CancellationToken cancellationToken)
    {
        var (changes, problem) = await reunification.PlanAsync(type, near, edges, undo, verdict.Id, cancellationToken);
        if (changes is null)
        {
            return (null, problem);
        }

        await profiles.ApplyAsync(
            changes with { CauseKind = CauseKind.Verdict, Principal = principal, Verdict = verdict, Basis = basis }, cancellationToken);
        return (verdict.Id, null);
    }

    private async Task<(StoredProfile? Profile, ProblemHttpResult? Problem)> FindAsync(Reference reference, string pointer, CancellationToken cancellationToken)
    {
        if (reference is { Profile: { } text, Stream: null, Key: null })
        {
            return ProfileId.TryParse(text, out var id) && await profiles.FindAsync(id, cancellationToken) is { } profile
                ? (profile, null)
                : (null, Problems.Invalid(pointer + "/profile", "unknown", $"There is no profile '{text}'."));
        }

        if (reference is not { Profile: null, Stream: { } name, Key: { } key })
        {
            return (null, Problems.Invalid(pointer, "reference", "Name either 'profile', or 'stream' and 'key' of a record."));
        }

        if (await records.FindStreamAsync(name, cancellationToken) is not { } stream)
        {
            return (null, Problems.Invalid(pointer + "/stream", "unknown", $"There is no stream '{name}'."));
        }

        return await profiles.FindByRecordAsync(stream.Number, key, cancellationToken) is { } owner && await profiles.FindAsync(owner, cancellationToken) is { } found
            ? (found, null)
            : (null, Problems.Invalid(pointer + "/key", "unknown", $"No record '{key}' of {name} is in a profile. Start a run if it is new."));
    }

    // For "same" one node is enough; "different" of a profile means each of its records.
    private static List<long> Nodes(Reference reference, ProfileId id, ProfileNeighbourhood near, bool same)
    {
        if (reference.Profile is null)
        {
            return [.. near.Nodes.Where(node => node.Stream == reference.Stream && node.Key == reference.Key).Select(node => node.Id)];
        }

        var members = near.Members.Where(member => member.Id == id).ToList();
        return same ? [members.Min(member => member.Node)] : [.. members.Select(member => member.Node)];
    }

    private static ProblemHttpResult? Said(ProfileNeighbourhood near, List<long> a, List<long> b, EdgeKind kind)
    {
        var pairs = Edges(a, b, kind, "").Select(edge => (edge.A, edge.B)).ToHashSet();
        var said = near.Edges.Where(edge => pairs.Contains((edge.A, edge.B)) && NewVerdict.IdOf(edge.Rule) is not null).ToList();
        var opposite = kind == EdgeKind.Asserted ? EdgeKind.Denied : EdgeKind.Asserted;
        if (said.Find(edge => edge.Kind == opposite) is { } contrary)
        {
            return Problems.Conflict(
                $"The verdict '{NewVerdict.IdOf(contrary.Rule)}' says the opposite of these two.",
                $"Take it back first: DELETE /api/v1/unification/verdicts/{NewVerdict.IdOf(contrary.Rule)}.");
        }

        return pairs.All(pair => said.Exists(edge => (edge.A, edge.B) == pair && edge.Kind == kind))
            ? Problems.Conflict($"The verdict '{NewVerdict.IdOf(said[0].Rule)}' says that already.", "Nothing needs to be done.")
            : null;
    }

    private static List<StoredEdge> Edges(List<long> a, List<long> b, EdgeKind kind, string rule) =>
        [.. a.SelectMany(left => b.Select(right => new StoredEdge(Math.Min(left, right), Math.Max(left, right), kind, rule, 1)))];

    private static ProblemHttpResult NotTogether(long number) => Problems.Conflict(
        $"The parts of the merge {number} are not one profile any more.", "There is nothing to undo; to keep two records apart give the verdict 'different'.");

    private static ProblemHttpResult TooMany(int left, int right) => Problems.Conflict(
        $"{left:N0} by {right:N0} records are more than {MostPairs:N0} pairs.",
        "Give the verdict 'different' on single records by stream and key, or change the policy's rules.");
}
