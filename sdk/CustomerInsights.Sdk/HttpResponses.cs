using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace CustomerInsights.Sdk;

/// <summary>Turns a response that is a failure into the failure that the host understands.</summary>
public static class HttpResponses
{
    private const string Http = "ddd, dd MMM yyyy HH:mm:ss 'GMT'";

    /// <summary>Throws for every status that is not 2xx, as <see cref="ToPluginException"/> says.</summary>
    /// <param name="response">The response; disposed when it is a failure.</param>
    /// <param name="clock">The context's clock, for a <c>Retry-After</c> that is a date.</param>
    /// <param name="configurationPath">JSON pointer of the setting that would be at fault, e.g. <c>/url</c>; null when none is.</param>
    /// <returns>The same response.</returns>
    /// <exception cref="PluginException">The status is not 2xx.</exception>
    public static HttpResponseMessage ThrowIfFailed(this HttpResponseMessage response, TimeProvider clock, string? configurationPath = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw response.ToPluginException(clock, configurationPath);
        }
    }

    /// <summary>
    /// The failure that a response stands for. 401, 403, 407: Authentication. 429: RateLimited. 408 and 5xx: Transient. 400, 409, 412, 413, 415, 422:
    /// Data. Everything else: Permanent. The message names method, host, path and status; never the query, headers or body, which may hold secrets.
    /// </summary>
    /// <param name="response">The response; its body is not read.</param>
    /// <param name="clock">The context's clock, for a <c>Retry-After</c> that is a date.</param>
    /// <param name="configurationPath">JSON pointer of the setting that would be at fault, e.g. <c>/url</c>; null when none is.</param>
    /// <returns>The failure, with <see cref="PluginException.RetryAfter"/> where the server gave one.</returns>
    public static PluginException ToPluginException(this HttpResponseMessage response, TimeProvider clock, string? configurationPath = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        var (kind, advice) = Meaning(response.StatusCode);
        var wait = kind is FailureKind.RateLimited or FailureKind.Transient ? response.RetryAfter(clock) : null;
        return new PluginException(kind, $"{Asked(response.RequestMessage)} answered {Status(response.StatusCode)}. {advice}")
        {
            RetryAfter = wait,
            ConfigurationPath = configurationPath,
        };
    }

    /// <summary>How long the server asks to wait (<c>Retry-After</c>): seconds, also with a fraction, or an HTTP date.</summary>
    /// <param name="response">The response.</param>
    /// <param name="clock">The context's clock, for a date.</param>
    /// <returns>The wait, zero when the date has passed; at most 365 days; null when there is none or it cannot be read.</returns>
    public static TimeSpan? RetryAfter(this HttpResponseMessage response, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(clock);

        // The typed header knows whole seconds alone; servers write fractions as well.
        var text = response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.FirstOrDefault()?.Trim() : null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Min((double)seconds, TimeSpan.FromDays(365).TotalSeconds));
        }

        if (!DateTimeOffset.TryParseExact(text, Http, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return null;
        }

        var left = at - clock.GetUtcNow();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(left.Ticks, TimeSpan.FromDays(365).Ticks));
    }

    private static (FailureKind Kind, string Advice) Meaning(HttpStatusCode status) => (int)status switch
    {
        401 or 407 => (FailureKind.Authentication, "Check the credentials; they may have expired."),
        403 => (FailureKind.Authentication, "Check what the credentials are allowed to do."),
        429 => (FailureKind.RateLimited, "It asks for fewer requests."),
        408 or >= 500 => (FailureKind.Transient, "It may work later."),
        400 or 409 or 412 or 413 or 415 or 422 => (FailureKind.Data, "It does not accept what was sent."),
        404 or 410 => (FailureKind.Permanent, "There is nothing at this address; check it in the settings."),
        _ => (FailureKind.Permanent, "The plugin does not expect this answer."),
    };

    private static string Asked(HttpRequestMessage? request) => request?.RequestUri switch
    {
        null => "The server",
        { IsAbsoluteUri: false } => $"{request.Method} to the server",
        var uri => $"{request.Method} {uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}",
    };

    [SuppressMessage("Globalization", "CA1305", Justification = "A number of three digits and a name are alike in every culture.")]
    private static string Status(HttpStatusCode status) => Enum.IsDefined(status) ? $"{(int)status} ({status})" : $"{(int)status}";
}
