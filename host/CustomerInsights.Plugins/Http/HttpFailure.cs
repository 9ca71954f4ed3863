using System.Globalization;
using System.Security.Authentication;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace CustomerInsights.Plugins.Http;

/// <summary>Turns what went wrong with a request into the failure that a plugin's author and user can do something about.</summary>
internal static class HttpFailure
{
    private const int MaxCause = 300;

    internal static PluginException Of(Exception error, HttpExchange exchange)
    {
        var asked = exchange.Asked;
        var tries = exchange.Tries > 1 ? string.Create(CultureInfo.InvariantCulture, $" Tried {exchange.Tries} times.") : "";
        return error switch
        {
            PluginException known => known,
            HttpRequestException { InnerException: PluginException known } => known,
            TimeoutRejectedException late => new(FailureKind.Transient, $"{asked} was not answered within {PluginBoundary.Spoken(late.Timeout)}.{tries}", error),
            BrokenCircuitException open => new(FailureKind.Transient, $"{exchange.Message.RequestUri!.Authority} failed too often in the last minute; it is left alone for {PluginBoundary.Spoken(open.RetryAfter ?? TimeSpan.Zero)}.", error)
            {
                RetryAfter = open.RetryAfter,
            },
            HttpRequestException { InnerException: AuthenticationException tls } => new(
                FailureKind.Permanent, $"{exchange.Message.RequestUri!.Authority} has no TLS that can be trusted: {FailureText.Cut(tls.Message, MaxCause)} If its certificate comes from an authority of your own, make the system of the host trust that.", error),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } => new(
                FailureKind.Transient, $"{exchange.Message.RequestUri!.Authority} cannot be reached: {Cause(error)}.{tries}", error),
            HttpRequestException or IOException => new(FailureKind.Transient, $"{asked} got no answer: {Cause(error)}.{tries}", error),
            ObjectDisposedException => new(FailureKind.Transient, $"{asked} was not sent: the component or the content has been disposed.", error),
            _ => new(FailureKind.Bug, $"{asked} could not be sent{(exchange.Tries > 1 ? " again; mark a request Repeatable only when its content can be read twice" : "")}: {FailureText.Cut(error.Message, MaxCause)}", error),
        };
    }

    /// <summary>What a try came to, in a few words.</summary>
    internal static string Said(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result: { } response } => string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}"),
        { Exception: TimeoutRejectedException late } => $"was not answered within {PluginBoundary.Spoken(late.Timeout)}",
        { Exception: { } error } => $"got no answer ({Cause(error)})",
        _ => "got no answer",
    };

    private static string Cause(Exception error) => FailureText.Cut((error.InnerException ?? error).Message, MaxCause).TrimEnd('.');
}
