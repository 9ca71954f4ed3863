namespace CustomerInsights.Plugins.Http;

/// <summary>How long a request of a plugin may take, and how much it may bring. The defaults are the SDK's promises; tests change them.</summary>
public sealed record PluginHttpLimits
{
    /// <summary>All tries of a request to their headers, with the growing waits between them, without waits that the server or a rate limit asks for. Default: 100 s.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>One try, to the headers of its response. Default: 30 s.</summary>
    public TimeSpan Try { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two pieces of a response's body. Default: 30 s.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further tries after the first. Default: 3.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The first wait between two tries; it doubles, with jitter. Default: 1 s.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest <c>Retry-After</c> that is waited for; with a longer one the plugin gets the response. Default: 2 min.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of a response's body, after decompression. Default: 64 MiB.</summary>
    public long ResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Redirects of a request. Default: 10.</summary>
    public int Redirects { get; init; } = 10;

    /// <summary>Requests at once, unless the manifest says another number (<c>limits.concurrency</c>). Default: 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How long a host is left alone after at least eight tries within a minute of which nine in ten failed. Default: 30 s.</summary>
    public TimeSpan Break { get; init; } = TimeSpan.FromSeconds(30);
}
