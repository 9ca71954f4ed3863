namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>What goes wrong, at which request.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="From">The first request that it meets, counted since the last reset, from 1.</param>
/// <param name="Times">How many requests it meets.</param>
internal sealed record ServerFault(FaultKind Kind, int From, int Times = 1)
{
    /// <summary>Where a redirect leads.</summary>
    internal Uri? Elsewhere { get; init; }

    /// <summary>Seconds of Retry-After.</summary>
    internal int RetryAfter { get; init; } = 1;

    internal bool Meets(int request) => request >= From && request - From < Times;
}

/// <summary>Ways of a server to fail.</summary>
internal enum FaultKind
{
    /// <summary>429 with Retry-After in seconds.</summary>
    TooManySeconds,

    /// <summary>429 with Retry-After as a date.</summary>
    TooManyDate,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>401.</summary>
    Unauthorized,

    /// <summary>The connection is reset in the middle of the body.</summary>
    Reset,

    /// <summary>The body ends in the middle and says that it is whole.</summary>
    Truncated,

    /// <summary>The body is not JSON.</summary>
    Malformed,

    /// <summary>The body comes a few bytes at a time.</summary>
    Drip,

    /// <summary>A page for people instead of JSON.</summary>
    Html,

    /// <summary>The answer to the request before the first one met, again and again.</summary>
    Repeat,

    /// <summary>Another host is named.</summary>
    Redirect,

    /// <summary>Half of the body comes, and then nothing until the client goes.</summary>
    Stall,
}
