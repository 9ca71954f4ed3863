using System.Diagnostics;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>
/// Every call into a plugin's code crosses this. It runs off the caller's thread, has a time limit, catches everything, and
/// gives values that were checked and copied, or a <see cref="PluginCallException"/> made of strings.
/// </summary>
/// <remarks>
/// For a plugin in a worker the body is a call to that process, and a deadline ends the process.
/// In process a deadline cannot end the plugin's code. The call is cancelled; if it has not ended after the grace it is
/// abandoned: the caller goes on, the plugin is reported as hung, and its code stays in memory until the call ends.
/// </remarks>
internal sealed class PluginBoundary(
    string pluginId, PluginLimits limits, TimeProvider clock, RevealedSecrets secrets, IPluginHealth health, CancellationToken stopping)
{
    internal CallGate Gate { get; init; } = new();

    internal PluginLimits Limits => limits;

    internal TimeProvider Clock => clock;

    /// <summary>What becomes of a call that does not end, as a sentence.</summary>
    internal string Abandonment { get; init; } = "It was abandoned.";

    /// <summary>Makes one call.</summary>
    /// <param name="call">Its name, for messages.</param>
    /// <param name="limit">Its time limit.</param>
    /// <param name="body">The call and the checking and copying of its result: lists of a plugin are plugin code as well.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="kind">What kind of call it is.</param>
    /// <param name="lastSign">As for <see cref="RunAsync"/>.</param>
    /// <exception cref="PluginCallException">It failed, took too long, or the plugin is being stopped.</exception>
    internal async Task<T> CallAsync<T>(
        string call,
        TimeSpan limit,
        Func<CancellationToken, ValueTask<T>> body,
        CancellationToken cancellationToken,
        CallKind kind = CallKind.Work,
        Func<long>? lastSign = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Enter(call);
        try
        {
            // Not linked to the caller's token: what the plugin registers here must not hang on something that outlives it.
            var cancel = new CancellationTokenSource();
            var result = await RunAsync(call, limit, cancel, body, lastSign, cancellationToken, kind);
            cancel.Dispose();
            return result;
        }
        finally
        {
            Gate.Leave(call);
        }
    }

    internal void Enter(string call)
    {
        if (!Gate.TryEnter(call))
        {
            throw Stopped(call);
        }
    }

    /// <summary>Runs one step of a call that has entered; cancels <paramref name="cancel"/> when the limit passes or nobody waits any more.</summary>
    /// <param name="lastSign">When the plugin last showed that it is alive, or the time in the future until which it waits; puts the limit off. Null: only its answer counts.</param>
    internal async Task<T> RunAsync<T>(
        string call,
        TimeSpan limit,
        CancellationTokenSource cancel,
        Func<CancellationToken, ValueTask<T>> body,
        Func<long>? lastSign,
        CancellationToken cancellationToken,
        CallKind kind = CallKind.Work)
    {
        var running = Start(call, body, cancel.Token);
        bool timedOut;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, kind == CallKind.Disposal ? CancellationToken.None : stopping))
        {
            (timedOut, var outcome) = await WaitAsync(running, limit, lastSign, either.Token);
            if (outcome is { } ended)
            {
                return Take(call, ended, kind);
            }
        }

        _ = Cancel(cancel);
        var (late, afterwards) = await WaitAsync(running, limits.StopGrace, null, CancellationToken.None);
        if (late)
        {
            Gate.CountAbandoned(call, running);
            var hung = new PluginFailure(FailureKind.Bug, timedOut
                ? $"{call} did not answer within {Spoken(limit)} and did not stop within {Spoken(limits.StopGrace)} of being cancelled. {Abandonment}"
                : $"{call} did not stop within {Spoken(limits.StopGrace)} of being cancelled. {Abandonment}");
            health.Abandoned(call, hung);
            throw new PluginCallException(pluginId, call, hung);
        }

        if (!timedOut)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Stopped(call);
        }

        if (afterwards is { Cancelled: false } answer)
        {
            return Take(call, answer, kind);
        }

        throw new PluginCallException(pluginId, call, new(FailureKind.Transient, $"{call} did not answer within {Spoken(limit)} and was cancelled."));
    }

    internal PluginCallException Stopped(string call) =>
        new(pluginId, call, new(FailureKind.Transient, $"The plugin {pluginId} is stopped or being stopped; {call} was not made or was cancelled."));

    /// <summary>Cancels on another thread: callbacks of the plugin run in it, and may block or throw.</summary>
    /// <returns>Ends when all callbacks have; never fails.</returns>
    internal static Task Cancel(CancellationTokenSource source) =>
        source.CancelAsync().ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    internal static string Spoken(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => FormattableString.Invariant($"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 2 } => FormattableString.Invariant($"{span.TotalSeconds:0.#} s"),
        _ => FormattableString.Invariant($"{span.TotalMinutes:0.#} min"),
    };

    private Task<CallOutcome<T>> Start<T>(string call, Func<CancellationToken, ValueTask<T>> body, CancellationToken token)
    {
        // The host's ambient values (the HTTP request, for one) are none of the plugin's business, and what it puts there
        // must not stay with the caller. The trace goes on.
        var activity = Activity.Current;
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return Task.Run(() => GuardAsync(call, body, activity, token), CancellationToken.None);
        }
    }

    // Exceptions end here, as text: neither the object nor its type gets any further.
    private async Task<CallOutcome<T>> GuardAsync<T>(string call, Func<CancellationToken, ValueTask<T>> body, Activity? activity, CancellationToken token)
    {
        Activity.Current = activity;
        try
        {
            return new(await body(token), null, Cancelled: false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return new(default, null, Cancelled: true);
        }
        catch (Exception error)
        {
            return new(default, FailureText.Flatten(call, error, secrets), Cancelled: false);
        }
    }

    private async Task<(bool TimedOut, CallOutcome<T>? Outcome)> WaitAsync<T>(
        Task<CallOutcome<T>> running, TimeSpan limit, Func<long>? lastSign, CancellationToken wake)
    {
        var left = limit;
        while (true)
        {
            try
            {
                return (false, await running.WaitAsync(left, clock, wake));
            }
            catch (OperationCanceledException)
            {
                return (false, null);
            }
            catch (TimeoutException)
            {
                left = lastSign is null ? TimeSpan.Zero : limit - clock.GetElapsedTime(lastSign());
                if (left <= TimeSpan.Zero)
                {
                    return (true, null);
                }
            }
        }
    }

    private T Take<T>(string call, CallOutcome<T> outcome, CallKind kind)
    {
        if (outcome.Failure is not { } failure)
        {
            if (kind == CallKind.Work)
            {
                health.Succeeded();
            }

            return outcome.Value!;
        }

        if (failure is { Kind: FailureKind.Bug, WorkerEnded: false })
        {
            health.Misbehaved(call, failure);
        }
        else
        {
            health.Failed(call, failure);
        }

        throw new PluginCallException(pluginId, call, failure);
    }
}
