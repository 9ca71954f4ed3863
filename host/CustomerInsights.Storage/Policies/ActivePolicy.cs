namespace CustomerInsights.Storage.Policies;

/// <summary>The policy that the runs of a profile type go by.</summary>
/// <param name="ProfileType">The profile type.</param>
/// <param name="Document">The policy, JSON.</param>
/// <param name="Preview">The preview that was computed before; null for a policy that was in force before there were previews.</param>
/// <param name="At">Since when.</param>
/// <param name="By">Who made it active.</param>
public sealed record ActivePolicy(string ProfileType, string Document, string? Preview, DateTimeOffset At, string By);

/// <summary>What a policy would do, as computed.</summary>
/// <param name="Id">The id of the job that computed it.</param>
/// <param name="ProfileType">The profile type.</param>
/// <param name="Hash">SHA-256 of the document, in hexadecimal.</param>
/// <param name="Document">The policy, JSON.</param>
/// <param name="Result">What was found, JSON.</param>
/// <param name="At">When.</param>
/// <param name="By">Who asked.</param>
public sealed record PolicyPreview(string Id, string ProfileType, string Hash, string Document, string Result, DateTimeOffset At, string By);

/// <summary>What somebody said of two records of a preview. It measures; it does not hold them together or apart.</summary>
/// <param name="Left">The smaller node.</param>
/// <param name="Right">The larger node.</param>
/// <param name="IsSame">Whether they are one.</param>
/// <param name="At">When; set by the store.</param>
/// <param name="By">Who; set by the store.</param>
public sealed record PreviewLabel(long Left, long Right, bool IsSame, DateTimeOffset At = default, string By = "");
