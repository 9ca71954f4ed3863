namespace CustomerInsights.Core.Unification.Identities;

/// <summary>
/// What identifiers join: which values name one person, how many of each a profile may have, and which name nobody. Their order is their priority. Plain
/// data; <see cref="PolicyValidator"/> says what is wrong with one.
/// </summary>
public sealed record IdentityPolicy
{
    /// <summary>Most identifier types.</summary>
    public const int MostTypes = 50;

    /// <summary>Most blocked values of a type.</summary>
    public const int MostBlocked = 1000;

    /// <summary>Most characters of a blocked value or pattern.</summary>
    public const int MostPattern = 200;

    /// <summary>
    /// The identifier types, the one that is trusted most first. A type that is not here joins nobody. Default: user_id (1), email (5), phone (5),
    /// loyalty_id (5), anonymous_id (1,000).
    /// </summary>
    public IReadOnlyList<IdentifierPolicy> Types { get; init; } =
    [
        new() { Type = Identifier.UserId, Limit = 1 },
        new() { Type = Identifier.Email, Limit = 5 },
        new() { Type = Identifier.Phone, Limit = 5 },
        new() { Type = "loyalty_id", Limit = 5 },
        new() { Type = Identifier.AnonymousId, Limit = 1000 },
    ];

    /// <summary>What becomes of visitors of whom nothing but <c>anonymous_id</c> is known.</summary>
    public UnknownVisitors UnknownVisitors { get; init; }

    /// <summary>After how long without an event an unknown visitor is removed: <c>7d</c> (the default), <c>36h</c>, <c>90m</c>.</summary>
    public string UnknownExpireAfter { get; init; } = "7d";

    /// <summary>A number with m, h or d as a time; null when it is none, or not between a minute and ten years.</summary>
    public static TimeSpan? Duration(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is < 2 or > 8 || !int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        TimeSpan? time = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => null,
        };
        return time >= TimeSpan.FromMinutes(1) && time <= TimeSpan.FromDays(3660) ? time : null;
    }
}

/// <summary>What holds for one type of identifier.</summary>
public sealed record IdentifierPolicy
{
    /// <summary>Its name: <c>email</c>, <c>phone</c>, <c>user_id</c>; for an attribute with the semantic type <c>identity.loyalty_id</c> its last word.</summary>
    public string Type { get; init; } = "";

    /// <summary>The most distinct values that a profile may have; null for no bound.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether a shared value joins. Default high.</summary>
    public MergeConfidence Merges { get; init; }

    /// <summary>Values that name nobody: exact, capitals or not; or a pattern between ^ and $. Default: zeros, -1, null, undefined, anonymous, none, n/a.</summary>
    public IReadOnlyList<string> Blocked { get; init; } = ["^[0-]*$", "-1", "null", "undefined", "anonymous", "none", "n/a"];
}

/// <summary>Whether a shared value joins those who have it.</summary>
public enum MergeConfidence
{
    /// <summary>It does, within the limits.</summary>
    High = 0,

    /// <summary>It never does; it is an identifier of each profile that has it.</summary>
    Low = 1,
}

/// <summary>What becomes of visitors of whom nothing is known.</summary>
public enum UnknownVisitors
{
    /// <summary>They are no profiles; what they did is there when they become known.</summary>
    Fold = 0,

    /// <summary>They are profiles of their own, marked as unknown.</summary>
    Keep = 1,
}
