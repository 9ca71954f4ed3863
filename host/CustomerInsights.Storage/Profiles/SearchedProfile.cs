using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>What a profile is found by.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">Its type.</param>
/// <param name="DisplayName">What to call it.</param>
/// <param name="Attributes">A value document.</param>
/// <param name="IsUnknown">Whether nothing is known of it but what its browsers are called.</param>
/// <param name="Identifiers">Typed values that name it.</param>
public sealed record SearchedProfile(long Number, string Type, string DisplayName, byte[] Attributes, bool IsUnknown, IReadOnlyList<ProfileIdentifier> Identifiers);
