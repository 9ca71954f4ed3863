namespace CustomerInsights.Plugins.Desired;

/// <summary>A version that was gone back from; nothing takes it but a person who names it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="By">Who went back: a person, or the host.</param>
/// <param name="At">When, UTC.</param>
public sealed record AvoidedVersion(string Version, string Reason, string By, DateTimeOffset At);
