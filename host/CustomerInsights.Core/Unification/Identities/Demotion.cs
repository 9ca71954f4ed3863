using System.Globalization;

namespace CustomerInsights.Core.Unification.Identities;

/// <summary>A limit that a join would have exceeded.</summary>
/// <param name="Type">The identifier type.</param>
/// <param name="Limit">Its limit.</param>
/// <param name="Found">How many values the joined profile would have had at least.</param>
public sealed record LimitBreach(string Type, int Limit, int Found)
{
    /// <summary>The same in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"one profile would have {Found:N0} values of {Type}, and at most {Limit:N0} are allowed");
}

/// <summary>Why an identifier joins nobody.</summary>
public enum DemotionCause
{
    /// <summary>The joined profile would exceed a limit.</summary>
    Limit = 0,

    /// <summary>It would bring together what is held apart.</summary>
    Denied = 1,

    /// <summary>Somebody was identified by a value that names nobody.</summary>
    Blocked = 2,
}

/// <summary>An identifier that joins nobody, though several have it or somebody was identified by it.</summary>
/// <param name="Identifier">The identifier.</param>
/// <param name="Cause">Why.</param>
/// <param name="Breach">The limit; null for other causes.</param>
/// <param name="Nodes">The nodes that it did not join, ascending.</param>
public sealed record Demotion(Identifier Identifier, DemotionCause Cause, LimitBreach? Breach, IReadOnlyList<long> Nodes);
