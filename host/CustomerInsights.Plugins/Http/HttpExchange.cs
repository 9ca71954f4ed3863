using System.Net;
using System.Security.Authentication;
using CustomerInsights.Sdk;
using Polly;

namespace CustomerInsights.Plugins.Http;

/// <summary>One request on its way to an answer: its time, its tries, and whether there may be another one.</summary>
internal sealed class HttpExchange(HttpRequestMessage message, PluginHttpLimits limits, TimeProvider clock)
{
    private readonly long _begun = clock.GetTimestamp();
    private TimeSpan _waited;

    /// <summary>What is sent now.</summary>
    internal HttpRequestMessage Message { get; private set; } = message;

    /// <summary>Whether the plugin's request may be sent twice.</summary>
    internal required bool IsRepeatable { get; init; }

    /// <summary>The host as telemetry names it.</summary>
    internal string Host { get; set; } = "";

    /// <summary>Tries so far of what is sent now.</summary>
    internal int Tries { get; private set; }

    /// <summary>All that was sent so far: tries, and the hops before.</summary>
    internal int Sent { get; private set; }

    /// <summary>For messages.</summary>
    internal string Asked => SafeUrl.Of(Message);

    /// <summary>What is left for the next try.</summary>
    internal TimeSpan TimeForTry => Max(Min(limits.Try, Left), TimeSpan.FromMilliseconds(1));

    private TimeSpan Left => limits.Total - (clock.GetElapsedTime(_begun) - _waited);

    internal void CountTry()
    {
        Tries++;
        Sent++;
    }

    /// <summary>Goes on to where a redirect led.</summary>
    internal void Follow(HttpRequestMessage next) => (Message, Tries) = (next, 0);

    /// <summary>Takes a span out of the count: somebody else asked for it.</summary>
    internal void AddWaited(TimeSpan span) => _waited += span;

    /// <summary>Whether another try makes sense and does no harm.</summary>
    internal bool MayRepeat(Outcome<HttpResponseMessage> outcome)
    {
        if (Left <= TimeSpan.Zero)
        {
            return false;
        }

        if (outcome.Result is { } response)
        {
            return IsRepeatable && IsForAnotherTime(response.StatusCode) && (Told(outcome) ?? TimeSpan.Zero) <= limits.LongestRetryAfter;
        }

        return outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } unreached
            ? unreached.InnerException is not PluginException
            : IsRepeatable && IsLost(outcome.Exception);
    }

    /// <summary>The wait that the server asked for; null when it said nothing.</summary>
    internal TimeSpan? Told(Outcome<HttpResponseMessage> outcome) => outcome.Result?.RetryAfter(clock);

    /// <summary>Whether a try says that the host is not well, for the breaker. A host that asks for patience is well.</summary>
    internal static bool IsFailure(Outcome<HttpResponseMessage> outcome) => outcome.Result is { } response
        ? response.StatusCode != HttpStatusCode.TooManyRequests && IsForAnotherTime(response.StatusCode)
        : IsLost(outcome.Exception);

    private static bool IsForAnotherTime(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;

    private static bool IsLost(Exception? error) => error switch
    {
        Polly.Timeout.TimeoutRejectedException => true,
        HttpRequestException { InnerException: PluginException or AuthenticationException } => false,
        HttpRequestException request => request.HttpRequestError is not (HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported),
        IOException => true,
        _ => false,
    };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
