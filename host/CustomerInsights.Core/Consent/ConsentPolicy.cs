namespace CustomerInsights.Core.Consent;

/// <summary>Whether a person can be reached by a channel, or the first reason why not. Of several identifiers the smallest holds.</summary>
public enum Reach
{
    /// <summary>May and can be reached.</summary>
    Reachable = 0,

    /// <summary>The person opted out.</summary>
    OptedOut = 1,

    /// <summary>Consent was refused.</summary>
    NoConsent = 2,

    /// <summary>Nobody knows of consent.</summary>
    ConsentUnknown = 3,

    /// <summary>The identifier is not well formed, or messages do not arrive.</summary>
    Undeliverable = 4,

    /// <summary>There is no identifier that the channel can use.</summary>
    NoIdentifier = 5,
}

/// <summary>A way to message people.</summary>
/// <param name="Types">The identifier types that it uses.</param>
/// <param name="Every">Whether every identifier may be messaged (push tokens), and not only the one seen last.</param>
public sealed record Channel(IReadOnlyList<string> Types, bool Every = false);

/// <summary>The account's settings of consent, and the one place that says who can be reached. Every execution asks it.</summary>
public sealed class ConsentPolicy
{
    /// <summary>Channels by name.</summary>
    public required IReadOnlyDictionary<string, Channel> Channels { get; init; }

    /// <summary>Whether unknown consent counts as given.</summary>
    public bool UnknownIsReachable { get; init; }

    /// <summary>Whether people who opted out (CCPA) may be reached all the same.</summary>
    public bool OptedOutIsReachable { get; init; }

    /// <summary>What holds for an identifier of which nobody said anything, by the source that saw it last.</summary>
    public IReadOnlyDictionary<string, bool> SourceDefaults { get; init; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Judges a person by all identifiers that name it.</summary>
    /// <param name="channel">The channel; nobody is reached by one that there is not.</param>
    /// <param name="identifiers">The person's identifiers, in any order.</param>
    /// <param name="needsConsent">False for messages that need none, such as those about an order.</param>
    public Reach Judge(string channel, IReadOnlyList<IdentifierState> identifiers, bool needsConsent = true)
    {
        if (!Channels.TryGetValue(channel, out var found))
        {
            return Reach.NoIdentifier;
        }

        var optedOut = needsConsent && !OptedOutIsReachable && identifiers.Any(identifier => identifier.OptedOut);
        var best = Reach.NoIdentifier;
        foreach (var identifier in identifiers)
        {
            if (found.Types.Contains(identifier.Type) && (found.Every || ReferenceEquals(LastSeen(identifier.Type, identifiers), identifier)))
            {
                var reach = optedOut ? Reach.OptedOut : Judge(identifier, needsConsent);
                best = reach < best ? reach : best;
            }
        }

        return best;
    }

    /// <summary>The identifier of a type that was seen last: the only one of its type that may be messaged. Where none was seen, and at the same time, the first by value.</summary>
    public static IdentifierState? LastSeen(string type, IReadOnlyList<IdentifierState> identifiers)
    {
        IdentifierState? last = null;
        foreach (var identifier in identifiers)
        {
            if (identifier.Type == type && (last is null || Compare(identifier, last) > 0))
            {
                last = identifier;
            }
        }

        return last;
    }

    /// <summary>Consent as it counts: what was said, else what the source's default says.</summary>
    public ConsentStatus Effective(IdentifierState identifier) =>
        identifier.ConsentAt is null && identifier.SeenBy is { } source && SourceDefaults.TryGetValue(source, out var given)
            ? given ? ConsentStatus.True : ConsentStatus.False
            : identifier.Consent;

    private Reach Judge(IdentifierState identifier, bool needsConsent) =>
        !identifier.Deliverable || !IsWellFormed(identifier.Type, identifier.Value) ? Reach.Undeliverable
        : !needsConsent ? Reach.Reachable
        : Effective(identifier) switch
        {
            ConsentStatus.True => Reach.Reachable,
            ConsentStatus.False => Reach.NoConsent,
            _ => UnknownIsReachable ? Reach.Reachable : Reach.ConsentUnknown,
        };

    private static int Compare(IdentifierState a, IdentifierState b)
    {
        var byTime = (a.LastSeen ?? DateTimeOffset.MinValue).CompareTo(b.LastSeen ?? DateTimeOffset.MinValue);
        return byTime != 0 ? byTime : string.CompareOrdinal(b.Value, a.Value);
    }

    /// <summary>Whether a normalised value can be an address of its type at all.</summary>
    public static bool IsWellFormed(string type, string value) => type switch
    {
        "email" => IsAddress(value),
        "phone" => value.Length is >= 7 and <= 15 && value.All(char.IsAsciiDigit),
        _ => value.Length > 0,
    };

    private static bool IsAddress(string value)
    {
        var at = value.IndexOf('@', StringComparison.Ordinal);
        var domain = value.AsSpan(at + 1);
        return at is > 0 and <= 64 && value.Length <= 254 && !domain.Contains('@') && domain.IndexOf('.') > 0 && domain[^1] != '.'
            && !domain.Contains("..", StringComparison.Ordinal) && !value.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));
    }
}
