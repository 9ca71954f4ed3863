namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Who may sign in, and where the limits are. The defaults are those of the service.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The tenant that the challenge names.</summary>
    public Guid Tenant { get; init; } = new("11111111-2222-3333-4444-555555555555");

    /// <summary>The application that may sign in.</summary>
    public string ClientId { get; init; } = "00000000-aaaa-bbbb-cccc-000000000001";

    /// <summary>Its secret.</summary>
    public string ClientSecret { get; init; } = "secret-of-the-emulator";

    /// <summary>The life of a token.</summary>
    public TimeSpan TokenLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most rows of a page, whatever is asked for.</summary>
    public int LargestPage { get; init; } = 5000;

    /// <summary>Requests within <see cref="Window"/> before 0x80072322.</summary>
    public int MostRequests { get; init; } = 6000;

    /// <summary>The sliding window of requests.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Requests at once before 0x80072326.</summary>
    public int MostAtOnce { get; init; } = 52;

    /// <summary>Whether <c>RemoveListMembersList</c> exists here; without it members are removed one by one.</summary>
    public bool RemovesInBulk { get; init; } = true;

    /// <summary>How long a token of change tracking lives: ExpireChangeTrackingInDays.</summary>
    public TimeSpan ChangeTrackingLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The clock of tokens and limits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
