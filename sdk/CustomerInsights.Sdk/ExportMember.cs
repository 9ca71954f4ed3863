namespace CustomerInsights.Sdk;

/// <summary>A member on its way to a target.</summary>
/// <param name="ProfileId">The profile's id; opaque.</param>
/// <param name="Change">What happened to it; <see cref="MemberChange.Added"/> for everyone in a full export.</param>
/// <param name="Values">One value per field of <see cref="ExportJob.Fields"/>; for a removed member as they were last exported.</param>
public sealed record ExportMember(string ProfileId, MemberChange Change, IReadOnlyList<FieldValue> Values);
