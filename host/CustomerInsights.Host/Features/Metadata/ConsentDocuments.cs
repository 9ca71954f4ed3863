namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The account's settings of consent: channels, grey cases, purposes. There is one, of the name <c>default</c>; without it the defaults hold.</summary>
public sealed record ConsentSettingsDocument
{
    /// <summary>Channels by name. Default: email, sms (phone), push (push_token) and web (anonymous_id).</summary>
    public IReadOnlyDictionary<string, ChannelDocument>? Channels { get; init; }

    /// <summary>Whether people of unknown consent count as reachable (implicit consent). Default: false.</summary>
    public bool UnknownIsReachable { get; init; }

    /// <summary>Whether people who opted out of the sale of their data (CCPA) count as reachable. Default: false.</summary>
    public bool OptedOutIsReachable { get; init; }

    /// <summary>What holds where nobody said anything, by the source that saw the identifier last.</summary>
    public IReadOnlyDictionary<string, bool> SourceDefaults { get; init; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Purposes by name. Default: marketing, which needs consent, and service, which does not.</summary>
    public IReadOnlyDictionary<string, PurposeDocument>? Purposes { get; init; }
}

/// <summary>A way to message people.</summary>
public sealed record ChannelDocument
{
    /// <summary>The identifier types that it uses: 1 to 20.</summary>
    public required IReadOnlyList<string> Identifiers { get; init; }

    /// <summary>Whether every identifier may be messaged, and not only the one of its type that was seen last. Default: false.</summary>
    public bool Every { get; init; }
}

/// <summary>What people's data is used for.</summary>
public sealed record PurposeDocument
{
    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>For people and auditors: consent, contract, legitimate interest…</summary>
    public string? LegalBasis { get; init; }

    /// <summary>Whether it needs consent for the channel. Default: true.</summary>
    public bool NeedsConsent { get; init; } = true;
}
