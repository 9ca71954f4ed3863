namespace CustomerInsights.Emulators.Dataverse;

/// <summary>What goes wrong with a request.</summary>
/// <param name="Kind">What.</param>
/// <param name="RetryAfter">Seconds of <c>Retry-After</c>, for what is to be tried later.</param>
public sealed record EmulatedFault(FaultKind Kind, int RetryAfter = 1)
{
    internal EmulatedAnswer? Refusal() => Kind switch
    {
        FaultKind.TooManyRequests => Later(429, "0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."),
        FaultKind.TooMuchTime => Later(429, "0x80072321", "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."),
        FaultKind.TooManyAtOnce => Later(429, "0x80072326", "Number of concurrent requests exceeded the limit of 52."),
        FaultKind.Unavailable => Later(503, "0x80072321", "The service is not available."),
        FaultKind.Denied => EmulatedAnswer.Error(403, "0x80040220", "Principal user is missing a privilege."),
        _ => null,
    };

    private EmulatedAnswer Later(int status, string code, string message) => EmulatedAnswer.Error(status, code, message) with
    {
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Retry-After"] = RetryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture) },
    };
}

/// <summary>Ways to fail.</summary>
public enum FaultKind
{
    /// <summary>429 for the number of requests.</summary>
    TooManyRequests,

    /// <summary>429 for the time that they took together.</summary>
    TooMuchTime,

    /// <summary>429 for requests at once.</summary>
    TooManyAtOnce,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>403.</summary>
    Denied,

    /// <summary>The token counts as expired: 401, until a new one is asked for.</summary>
    ExpiredToken,

    /// <summary>The connection is cut before anything is done.</summary>
    ResetBefore,

    /// <summary>All is done, and the connection is cut instead of an answer.</summary>
    ResetAfter,
}
