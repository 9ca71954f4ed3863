using System.Collections.Concurrent;
using CustomerInsights.Plugins.Context;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace CustomerInsights.Plugins.Http;

/// <summary>
/// Sends a request, several times where that helps: with growing waits or after <c>Retry-After</c>, each try in limited time, and
/// none to a host that fails all the time. Lives and dies with one connection of a plugin.
/// </summary>
internal sealed class HttpTries
{
    private const int MostHosts = 1000;
    private static readonly ResiliencePropertyKey<HttpExchange> s_exchange = new("exchange");

    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> _hosts = new(StringComparer.Ordinal);
    private readonly ResiliencePipeline<HttpResponseMessage> _repeating;
    private readonly Func<HttpExchange, CancellationToken, Task<HttpResponseMessage>> _send;
    private readonly RequestLimiter _limiter;
    private readonly PluginHttpLimits _limits;
    private readonly TimeProvider _clock;

    /// <param name="send">Sends once.</param>
    /// <param name="limiter">Gives every try its turn.</param>
    /// <param name="signs">Hears of the waits.</param>
    /// <param name="limits">Times and numbers.</param>
    /// <param name="clock">The clock of all waits.</param>
    /// <param name="random">Numbers from 0 to 1, for the jitter.</param>
    /// <param name="telemetry">Counts the further tries.</param>
    /// <param name="log">Hears of every further try.</param>
    internal HttpTries(
        Func<HttpExchange, CancellationToken, Task<HttpResponseMessage>> send,
        RequestLimiter limiter,
        SignsOfLife signs,
        PluginHttpLimits limits,
        TimeProvider clock,
        Func<double> random,
        HttpTelemetry telemetry,
        ILogger log)
    {
        (_send, _limiter, _limits, _clock) = (send, limiter, limits, clock);
        _repeating = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = limits.Repeats,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = limits.FirstWait,
                Randomizer = random,
                ShouldHandle = arguments => new(Exchange(arguments.Context).MayRepeat(arguments.Outcome)),
                DelayGenerator = arguments => new(Exchange(arguments.Context).Told(arguments.Outcome)),
                OnRetry = arguments =>
                {
                    var exchange = Exchange(arguments.Context);
                    if (exchange.Told(arguments.Outcome) is { } told)
                    {
                        exchange.AddWaited(told);
                    }

                    signs.WaitFor(arguments.RetryDelay);
                    telemetry.Repeated(exchange.Host);
                    HttpLog.TriesAgain(log, exchange.Asked, HttpFailure.Said(arguments.Outcome), exchange.Tries, Math.Round(arguments.RetryDelay.TotalSeconds, 1));
                    return default;
                },
            })
            .Build();
    }

    /// <summary>Sends to the host of the exchange's message.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(s_exchange, exchange);
        try
        {
            return await _repeating.ExecuteAsync(static async (context, tries) => await tries.TryAsync(context), context, this);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<HttpResponseMessage> TryAsync(ResilienceContext context)
    {
        var exchange = Exchange(context);
        var begun = _clock.GetTimestamp();
        await _limiter.EnterAsync(context.CancellationToken);
        exchange.AddWaited(_clock.GetElapsedTime(begun));
        exchange.CountTry();
        try
        {
            return await HostOf(exchange.Message.RequestUri!).ExecuteAsync(
                static async (context, tries) => await tries._send(Exchange(context), context.CancellationToken), context, this);
        }
        catch
        {
            _limiter.Leave();
            throw;
        }
    }

    private ResiliencePipeline<HttpResponseMessage> HostOf(Uri uri)
    {
        // A wildcard may stand for more hosts than anybody counts; to forget them costs a few tries.
        if (_hosts.Count >= MostHosts)
        {
            _hosts.Clear();
        }

        return _hosts.GetOrAdd(uri.Authority, static (_, tries) => tries.MakeHost(), this);
    }

    private ResiliencePipeline<HttpResponseMessage> MakeHost() => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.9,
            MinimumThroughput = 8,
            SamplingDuration = TimeSpan.FromMinutes(1),
            BreakDuration = _limits.Break,
            ShouldHandle = arguments => new(HttpExchange.IsFailure(arguments.Outcome)),
        })
        .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = arguments => new(Exchange(arguments.Context).TimeForTry) })
        .Build();

    private static HttpExchange Exchange(ResilienceContext context) => context.Properties.GetValue(s_exchange, null!);
}
