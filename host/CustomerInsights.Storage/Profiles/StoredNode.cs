using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>A node with its record.</summary>
/// <param name="Id">The node; grows with the order in which nodes came.</param>
/// <param name="Key">The record's key in its stream.</param>
/// <param name="Document">The record's value document.</param>
public sealed record StoredNode(long Id, string Key, byte[] Document);

/// <summary>Which profile a node is in.</summary>
/// <param name="Node">The node.</param>
/// <param name="Profile">The profile's number; grows with creation, so that the smaller is the older.</param>
/// <param name="Id">The profile's id.</param>
/// <param name="FirstNode">The node that the profile was made for.</param>
public sealed record Membership(long Node, long Profile, ProfileId Id, long FirstNode);

/// <summary>A reason to hold two nodes for one person, or not.</summary>
/// <param name="A">The smaller node.</param>
/// <param name="B">The larger node.</param>
/// <param name="Kind">Whose word it is.</param>
/// <param name="Rule">The rule that found it, or who asserted it.</param>
/// <param name="Score">How alike, 0 to 1.</param>
public sealed record StoredEdge(long A, long B, EdgeKind Kind, string Rule, double Score)
{
    /// <summary>When it was told, by the event's own clock; null when that is not known, or nobody told it.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>Whose word an edge is.</summary>
public enum EdgeKind
{
    /// <summary>Identify, alias, a steward's "same".</summary>
    Asserted = 0,

    /// <summary>A shared identifier, within its limits.</summary>
    Identifier = 1,

    /// <summary>A match rule or the matcher.</summary>
    Policy = 2,

    /// <summary>A steward's "different", never-match, an undone merge.</summary>
    Denied = 3,
}

/// <summary>What a profile's content was when last written.</summary>
/// <param name="Profile">The profile's number.</param>
/// <param name="Id">Its id.</param>
/// <param name="Hash">32 bytes over nodes, attributes and provenance, as given at the write.</param>
public sealed record ProfileFingerprint(long Profile, ProfileId Id, byte[] Hash);
