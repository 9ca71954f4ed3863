namespace CustomerInsights.Storage.Access;

/// <summary>A row of the audit.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who: a key's name, <c>system</c>, or <c>command line</c>.</param>
/// <param name="Action">What: <c>definition.put</c>, <c>key.revoke</c>, <c>secret.reveal</c>…</param>
/// <param name="Subject">Of what: <c>segment/vip</c>.</param>
/// <param name="Detail">More, for people; never a secret or a person's data.</param>
public sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Subject, string? Detail = null);
