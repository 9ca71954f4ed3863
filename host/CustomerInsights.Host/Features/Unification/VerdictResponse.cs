using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Profiles;

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
