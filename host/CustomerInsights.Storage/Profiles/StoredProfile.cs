using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>A profile as stored.</summary>
/// <param name="Number">Grows with creation.</param>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="DisplayName">What to call it.</param>
/// <param name="Attributes">A value document.</param>
/// <param name="Provenance">JSON: attribute name to node id.</param>
/// <param name="Measures">A value document of its measures; null when none were computed.</param>
/// <param name="Identifiers">Typed values that name it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ChangedAt">When it last changed.</param>
public sealed record StoredProfile(
    long Number,
    ProfileId Id,
    string Type,
    string DisplayName,
    byte[] Attributes,
    string Provenance,
    byte[]? Measures,
    IReadOnlyList<ProfileIdentifier> Identifiers,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt)
{
    /// <summary>A value document of what enrichments say, names with their namespaces; null when none says anything.</summary>
    public byte[]? Enriched { get; init; }

    /// <summary>Whether nothing is known of it but what its browsers are called.</summary>
    public bool IsUnknown { get; init; }
}

/// <summary>What to call a profile.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Id">Its id.</param>
/// <param name="DisplayName">What to call it; empty when nothing is known.</param>
public sealed record ProfileName(long Number, ProfileId Id, string DisplayName);

/// <summary>What a profile is made of.</summary>
/// <param name="Nodes">Its nodes.</param>
/// <param name="Edges">The edges among them.</param>
/// <param name="PreviousIds">Ids that were merged into it.</param>
public sealed record ProfileLineage(IReadOnlyList<LineageNode> Nodes, IReadOnlyList<StoredEdge> Edges, IReadOnlyList<ProfileId> PreviousIds);

/// <summary>A node of a profile.</summary>
/// <param name="Id">The node.</param>
/// <param name="Stream">The stream's full name.</param>
/// <param name="Key">The record's key.</param>
public sealed record LineageNode(long Id, string Stream, string Key);

/// <summary>A search.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="Text">Words of the name, or an identifier; 1 to 200 characters.</param>
/// <param name="By">What the text is; null tries identifiers first and then names.</param>
public sealed record ProfileSearch(string ProfileType, string Text, string? By);
