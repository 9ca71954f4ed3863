namespace CustomerInsights.Storage.Profiles;

/// <summary>What a steward said.</summary>
public enum VerdictKind
{
    /// <summary>One person: an asserted edge.</summary>
    Same = 0,

    /// <summary>Two persons: denied edges.</summary>
    Different = 1,

    /// <summary>A merge is undone: denied edges between its parts.</summary>
    Undo = 2,
}

/// <summary>A verdict on its way in, with <see cref="ProfileChanges"/>; its edges are those of the changes with the rule <see cref="Rule"/>.</summary>
/// <param name="Id">A UUIDv7 made by the host.</param>
/// <param name="Kind">What was said.</param>
/// <param name="Left">The node named first; for an undo the smallest of the part that comes back.</param>
/// <param name="Right">The other node.</param>
/// <param name="Note">Why, in the steward's words; at most 1,000 characters.</param>
/// <param name="Entry">The merge that is undone; a merge has at most one undo in force.</param>
/// <param name="ReviewItem">The item of the review queue that it answers.</param>
public sealed record NewVerdict(string Id, VerdictKind Kind, long Left, long Right, string? Note, long? Entry, long? ReviewItem)
{
    private const string Prefix = "verdict:";

    /// <summary>The rule that its edges have.</summary>
    public string Rule => RuleOf(Id);

    /// <summary>The rule of a verdict's edges.</summary>
    public static string RuleOf(string id) => Prefix + id;

    /// <summary>The verdict that an edge's rule names, or null.</summary>
    public static string? IdOf(string rule) => rule.StartsWith(Prefix, StringComparison.Ordinal) ? rule[Prefix.Length..] : null;
}

/// <summary>A verdict as stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ProfileType">The type.</param>
/// <param name="Kind">What was said.</param>
/// <param name="Left">The node named first.</param>
/// <param name="Right">The other node.</param>
/// <param name="Note">Why.</param>
/// <param name="Entry">The merge that it undoes.</param>
/// <param name="At">When.</param>
/// <param name="Principal">Who.</param>
/// <param name="UndoneAt">When it was taken back; null while it is in force.</param>
/// <param name="UndoneBy">Who took it back.</param>
public sealed record Verdict(
    string Id,
    string ProfileType,
    VerdictKind Kind,
    long Left,
    long Right,
    string? Note,
    long? Entry,
    DateTimeOffset At,
    string Principal,
    DateTimeOffset? UndoneAt,
    string? UndoneBy);

/// <summary>Which verdicts are asked for.</summary>
/// <param name="ProfileType">Of this type.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="InForce">True: not taken back; false: taken back.</param>
public sealed record VerdictQuery(string? ProfileType = null, VerdictKind? Kind = null, bool? InForce = null);
