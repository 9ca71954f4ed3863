namespace CustomerInsights.Emulators.Graph;

/// <summary>Who may sign in, with which permissions, and where the limits are. The defaults are those of the service.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The tenant.</summary>
    public string Tenant { get; init; } = "contoso.example";

    /// <summary>The application that may sign in.</summary>
    public string ClientId { get; init; } = "00000000-aaaa-bbbb-cccc-000000000001";

    /// <summary>Its secret.</summary>
    public string ClientSecret { get; init; } = "secret-of-the-emulator";

    /// <summary>The application permissions that an administrator has consented to; they stand in the token's <c>roles</c>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = ["Mail.ReadBasic.All", "Calendars.Read", "User.Read.All", "GroupMember.Read.All"];

    /// <summary>The life of a token.</summary>
    public TimeSpan TokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Requests of one mailbox at once before 429.</summary>
    public int MostAtOnce { get; init; } = 4;

    /// <summary>Requests of one mailbox within <see cref="Window"/> before 429.</summary>
    public int MostRequests { get; init; } = 10_000;

    /// <summary>The sliding window of a mailbox's requests.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most items of a page whatever is asked for; a page may be shorter than <c>$top</c>.</summary>
    public int LargestPage { get; init; } = 1000;

    /// <summary>The address that links name, where a proxy stands before the emulator; null for the emulator's own.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>The clock of tokens and limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
