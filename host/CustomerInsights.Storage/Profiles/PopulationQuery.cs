using CustomerInsights.Core.Consent;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>Which profiles to stream, and with what.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="ActivityTypes">The activity types wanted; empty for none.</param>
/// <param name="BatchSize">Profiles in a batch, 1 to 10,000.</param>
/// <param name="AfterNumber">Start behind this profile.</param>
/// <param name="Identifiers">With identifiers and what is known of them.</param>
public sealed record PopulationQuery(string ProfileType, IReadOnlyList<string> ActivityTypes, int BatchSize = 1000, long AfterNumber = 0, bool Identifiers = false);

/// <summary>A profile as it streams by.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Id">Its id.</param>
/// <param name="Attributes">A value document.</param>
/// <param name="Measures">A value document, or null.</param>
/// <param name="Activities">The asked ones, by time, ties by id.</param>
public sealed record PopulationProfile(long Number, ProfileId Id, byte[] Attributes, byte[]? Measures, IReadOnlyList<PopulationActivity> Activities)
{
    /// <summary>A value document of what enrichments say, names with their namespaces; null when none says anything.</summary>
    public byte[]? Enriched { get; init; }

    /// <summary>Its identifiers, by type and value; empty when they were not asked.</summary>
    public IReadOnlyList<IdentifierState> Identifiers { get; init; } = [];
}

/// <summary>An activity as it streams by.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When.</param>
/// <param name="Document">A value document.</param>
public readonly record struct PopulationActivity(string Id, string Type, DateTimeOffset At, byte[] Document);
