namespace CustomerInsights.Storage.Profiles;

/// <summary>A profile to read, with the activities that are wanted of it.</summary>
/// <param name="Number">The profile's number.</param>
/// <param name="ActivityTypes">The activity types wanted; empty for none.</param>
/// <param name="Identifiers">With identifiers and what is known of them.</param>
public readonly record struct ProfileRead(long Number, IReadOnlyCollection<string> ActivityTypes, bool Identifiers = false);

/// <summary>A profile with what decides its memberships, of one moment.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Profile">Itself, its measures and the activities that were asked.</param>
/// <param name="Segments">The numbers of the segments that it is in; see <see cref="Segments.ISegmentStore.NumbersAsync"/>.</param>
public sealed record TouchedProfile(string Type, PopulationProfile Profile, IReadOnlySet<long> Segments);
