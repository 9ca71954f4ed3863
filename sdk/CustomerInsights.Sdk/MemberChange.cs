namespace CustomerInsights.Sdk;

/// <summary>What happened to a member since the last export that committed.</summary>
public enum MemberChange
{
    /// <summary>It is new in the segment.</summary>
    Added = 0,

    /// <summary>It stayed, and an exported value changed.</summary>
    Changed = 1,

    /// <summary>It left the segment, or its profile is gone or merged.</summary>
    Removed = 2,
}
