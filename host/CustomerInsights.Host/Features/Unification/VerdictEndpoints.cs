using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>A verdict.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">The profile type.</param>
/// <param name="Verdict">What was said.</param>
/// <param name="Left">The record named first; absent when its stream is gone.</param>
/// <param name="Right">The other record.</param>
/// <param name="Note">Why.</param>
/// <param name="Merge">The ledger's entry that it undoes.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="UndoneAt">When it was taken back; absent while it is in force.</param>
/// <param name="UndoneBy">Who took it back.</param>
public sealed record VerdictResponse(
    string Id,
    string Type,
    VerdictKind Verdict,
    RecordReference? Left,
    RecordReference? Right,
    string? Note,
    long? Merge,
    DateTimeOffset At,
    string By,
    DateTimeOffset? UndoneAt,
    string? UndoneBy)
{
    internal static VerdictResponse Of(Verdict verdict, IReadOnlyDictionary<long, LineageNode> nodes)
    {
        return new(
            verdict.Id, verdict.ProfileType, verdict.Kind, Record(verdict.Left), Record(verdict.Right), verdict.Note, verdict.Entry, verdict.At, verdict.Principal, verdict.UndoneAt, verdict.UndoneBy);

        RecordReference? Record(long node) => nodes.TryGetValue(node, out var found) ? new RecordReference(found.Stream, found.Key) : null;
    }

    internal static async Task<VerdictResponse> FindAsync(string id, IVerdictStore verdicts, IProfileStore profiles, CancellationToken cancellationToken)
    {
        var verdict = (await verdicts.FindAsync(id, cancellationToken))!;
        return Of(verdict, await profiles.NodesAsync([verdict.Left, verdict.Right], cancellationToken));
    }
}

/// <summary>POST /unification/verdicts: says that two are the same or different, at once and for all runs to come.</summary>
internal static class GiveVerdict
{
    private const int LongestNote = 1000;

    /// <summary>What is said.</summary>
    /// <param name="Left">A record by stream and key, or a profile.</param>
    /// <param name="Right">The other.</param>
    /// <param name="Verdict">same or different.</param>
    /// <param name="Note">Why; at most 1,000 characters.</param>
    public sealed record Request(Reference Left, Reference Right, string Verdict, string? Note = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/verdicts", HandleAsync).WithName(nameof(GiveVerdict)).WithSummary("Says that two are the same or different, at once and for all runs to come.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Created<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Stewardship stewardship, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (Fault(request.Verdict, request.Note) is { } fault)
        {
            return fault;
        }

        var (id, problem) = await stewardship.JudgeAsync(
            request.Left, request.Right, request.Verdict == "same", request.Note, null, context.ActorName(), cancellationToken);
        return id is null
            ? problem!
            : TypedResults.Created($"/api/v1/unification/verdicts/{id}", await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
    }

    internal static ProblemHttpResult? Fault(string verdict, string? note)
    {
        if (verdict is not ("same" or "different"))
        {
            return Problems.Invalid("/verdict", "verdict", $"'{verdict}' is not a verdict; use same or different.");
        }

        return note?.Length > LongestNote ? Problems.Invalid("/note", "length", $"A note has at most {LongestNote:N0} characters.") : null;
    }
}

/// <summary>GET /unification/verdicts: what stewards said, newest first; taken back ones too.</summary>
internal static class ListVerdicts
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/verdicts", HandleAsync).WithName(nameof(ListVerdicts)).WithSummary("What stewards said, newest first; taken back ones too.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Results<Ok<PageResponse<VerdictResponse>>, ProblemHttpResult>> HandleAsync(
        string? type, string? verdict, bool? inForce, string? cursor, int? limit, IVerdictStore verdicts, IProfileStore profiles, CancellationToken cancellationToken)
    {
        VerdictKind? kind = null;
        if (verdict is not null)
        {
            if (!Enum.TryParse<VerdictKind>(verdict, ignoreCase: true, out var known) || !Enum.IsDefined(known))
            {
                return Problems.Invalid("verdict", "verdict", $"'{verdict}' is not a verdict; use same, different or undo.");
            }

            kind = known;
        }

        var request = new PageRequest(cursor, limit);
        var page = await verdicts.ListAsync(new VerdictQuery(type, kind, inForce), request.After(), request.Size(), cancellationToken);
        var nodes = await profiles.NodesAsync([.. page.Items.SelectMany(item => new[] { item.Left, item.Right })], cancellationToken);
        return TypedResults.Ok(PageRequest.Response(page, item => VerdictResponse.Of(item, nodes)));
    }
}

/// <summary>DELETE /unification/verdicts/{id}: takes a verdict or an undo back; it stays in the list, and the next run decides anew.</summary>
internal static class TakeBackVerdict
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/unification/verdicts/{id}", HandleAsync).WithName(nameof(TakeBackVerdict)).WithSummary("Takes a verdict or an undo back; it stays in the list, and the next run decides anew.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        string id, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (await verdicts.TakeBackAsync(id, context.ActorName(), cancellationToken))
        {
            return TypedResults.Ok(await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
        }

        return await verdicts.FindAsync(id, cancellationToken) is { } known
            ? Problems.Conflict($"The verdict '{id}' is taken back already.", $"{known.UndoneBy} did it; nothing needs to be done.")
            : Problems.NotFound("verdict", id, "List them: GET /api/v1/unification/verdicts.");
    }
}
