using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>A request as REST shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">export, erase or anonymise.</param>
/// <param name="State">open or done; what goes wrong stands at the job.</param>
/// <param name="Law">By which law.</param>
/// <param name="People">How many people it is about.</param>
/// <param name="CreatedBy">Who entered it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="JobId">The job that does it.</param>
/// <param name="Requester">Who asked; forgotten when an erasure is done.</param>
/// <param name="Reason">Why; forgotten likewise.</param>
/// <param name="DoneAt">When it was done.</param>
/// <param name="ExpiresAt">Of an export: until when it can be downloaded.</param>
/// <param name="Receipt">Of an erasure: what was done, as the very text that is signed.</param>
/// <param name="Signature">The signature, base64.</param>
public sealed record PrivacyRequestResponse(
    string Id,
    PrivacyKind Kind,
    string State,
    string Law,
    int People,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    string JobId,
    string? Requester = null,
    string? Reason = null,
    DateTimeOffset? DoneAt = null,
    DateTimeOffset? ExpiresAt = null,
    string? Receipt = null,
    string? Signature = null)
{
    internal static PrivacyRequestResponse Of(PrivacyRequest request) => new(
        request.Id, request.Kind, request.DoneAt is null ? "open" : "done", request.Law, request.Subjects, request.CreatedBy, request.CreatedAt, request.JobId,
        request.Requester, request.Reason, request.DoneAt, request.ExpiresAt, request.Receipt, request.Signature);
}
