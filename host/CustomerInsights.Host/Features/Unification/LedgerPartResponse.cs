using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Records that went from one profile to another.</summary>
/// <param name="From">The profile that they were in; absent for none.</param>
/// <param name="To">The profile that they are in; absent for none.</param>
/// <param name="Records">How many.</param>
/// <param name="First">The first hundred.</param>
public sealed record LedgerPartResponse(string? From, string? To, int Records, IReadOnlyList<RecordReference> First);
