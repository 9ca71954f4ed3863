using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Http;

/// <summary>
/// What every request of a plugin's connection goes through: may it, its turn, its tries, its redirects, the cap on what comes
/// back. Fails with a <see cref="PluginException"/> and nothing else, but for cancellation. Nothing outlives the connection that knows a
/// type of the plugin.
/// </summary>
internal sealed class PluginHttpHandler : HttpMessageHandler
{
    private readonly PluginHttpParts _parts;
    private readonly HttpMessageInvoker _wire;
    private readonly RequestLimiter _limiter;
    private readonly HttpTries _tries;
    private readonly HttpTelemetry _telemetry;

    internal PluginHttpHandler(PluginHttpParts parts)
    {
        _parts = parts;
        _wire = new HttpMessageInvoker(Wire(parts.Dialer));
        _telemetry = new HttpTelemetry(parts.PluginId, parts.ConnectionId, parts.Clean, parts.Clock);
        _limiter = new RequestLimiter(parts.Concurrency, parts.RequestsPerMinute, parts.Signs, parts.Clock, parts.Log);
        _tries = new HttpTries(SendOnceAsync, _limiter, parts.Signs, parts.Limits, parts.Clock, parts.Random, _telemetry, parts.Log);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var begun = _parts.Clock.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _parts.Stopping);
        var exchange = new HttpExchange(Redirects.Copy(request), _parts.Limits, _parts.Clock) { IsRepeatable = request.IsRepeatable() };
        using var activity = _telemetry.Begin(request);
        try
        {
            var response = await FollowAsync(exchange, ending.Token);
            _telemetry.Ended(activity, exchange.Host, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), exchange.Sent, begun);
            HttpLog.Answered(_parts.Log, exchange.Asked, (int)response.StatusCode, exchange.Sent, (long)_parts.Clock.GetElapsedTime(begun).TotalMilliseconds);
            return response;
        }
        catch (Exception error) when (error is not OperationCanceledException || IsStopped(cancellationToken))
        {
            var failure = IsStopped(cancellationToken)
                ? new PluginException(FailureKind.Transient, $"{exchange.Asked} was given up: the plugin is being stopped.", error)
                : HttpFailure.Of(error, exchange);
            var isRefused = failure.Kind == FailureKind.Configuration;
            _telemetry.Ended(activity, exchange.Host, isRefused ? "refused" : "failed", exchange.Sent, begun);
            _telemetry.Failed(activity, failure.Message);
            if (isRefused)
            {
                HttpLog.Refused(_parts.Log, failure.Message);
            }

            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _wire.Dispose();
        }

        base.Dispose(disposing);
    }

    // A cancellation that the caller did not ask for would look like a mistake of the plugin's.
    private bool IsStopped(CancellationToken cancellationToken) => _parts.Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested;

    private async Task<HttpResponseMessage> FollowAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        for (var hop = 0; ; hop++)
        {
            exchange.Host = Require(exchange.Message);
            var response = await _tries.SendAsync(exchange, cancellationToken);
            if (Redirects.Target(exchange.Message, response) is not { } target)
            {
                return response;
            }

            using (response)
            {
                if (hop >= _parts.Limits.Redirects)
                {
                    throw new PluginException(FailureKind.Permanent, $"{exchange.Asked} was redirected more than {_parts.Limits.Redirects} times.");
                }

                RequireHop(exchange.Message.RequestUri!, target);
                exchange.Follow(Redirects.Next(exchange.Message, response, target));
            }
        }
    }

    private string Require(HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
        {
            throw new PluginException(FailureKind.Configuration, $"{FailureText.Cut(uri.Scheme, 20)}: is asked for; a plugin reaches https: and http: alone.");
        }

        // Another name in the header than in the address would ask an allowed server for what a foreign one is asked for, and be checked as its certificate.
        if (request.Headers.Host is { } host && !(HostPattern.TryParse(host, out var named) && named.Host == HostPattern.Normal(uri.IdnHost)))
        {
            throw new PluginException(FailureKind.Bug, $"The header Host names another host than the address, {uri.IdnHost}. Leave it out.");
        }

        return _parts.Rules.HostObjection(uri.IdnHost, uri.Port) is { } objection ? throw objection : _parts.Rules.Label(uri.IdnHost, uri.Port);
    }

    private void RequireHop(Uri from, Uri target)
    {
        if (from.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
        {
            throw new PluginException(FailureKind.Configuration, $"{from.Authority} redirects to {target.Scheme}://{target.Authority}, which is not https any more; that is not followed.");
        }

        if (_parts.Rules.HostObjection(target.IdnHost, target.Port) is { } objection)
        {
            throw new PluginException(objection.Kind, $"{from.Authority} redirects to {target.Authority}, which is not followed. {objection.Message}");
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        var (asked, host) = (exchange.Asked, exchange.Host);
        HttpResponseMessage response;
        try
        {
            response = await _wire.SendAsync(exchange.Message, cancellationToken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No connection came about in time.", late);
        }

        // The length that a HEAD is answered with is that of a body which does not come.
        var length = exchange.Message.Method == HttpMethod.Head ? 0 : response.Content.Headers.ContentLength;
        if (length > _parts.Limits.ResponseBytes)
        {
            response.Dispose();
            throw CappedBody.TooLarge(asked, _parts.Limits.ResponseBytes);
        }

        var body = new CappedBody(asked, _parts.Limits, _parts.Clock, bytes =>
        {
            _limiter.Leave();
            _telemetry.Received(host, bytes);
        });
        response.Content = new CappedContent(response.Content, body);
        if (length == 0)
        {
            body.End();
        }

        return response;
    }

    private static SocketsHttpHandler Wire(IDialer dialer) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),

        // The host's trace ids are none of the other side's business, and the trace of a request is made here.
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) => dialer.DialAsync(
            HostPattern.Normal(context.DnsEndPoint.Host)!,
            context.DnsEndPoint.Port,
            context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp,
            cancellationToken),
    };
}
