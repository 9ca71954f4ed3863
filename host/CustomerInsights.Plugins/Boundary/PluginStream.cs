namespace CustomerInsights.Plugins.Boundary;

/// <summary>
/// A plugin's asynchronous stream, read through the boundary message by message. Counts as one running call from its
/// opening to its disposal. Lets go of the plugin's enumerator when it ends, fails, is disposed, or is closed from outside.
/// </summary>
internal sealed class PluginStream<T> : IAsyncDisposable
    where T : class
{
    private readonly PluginBoundary _boundary;
    private readonly string _call;
    private readonly CancellationTokenSource _cancel = new();
    private readonly SemaphoreSlim _oneStep = new(1, 1);
    private IAsyncEnumerator<T>? _enumerator;
    private bool _inStep;
    private bool _closed;

    private PluginStream(PluginBoundary boundary, string call) => (_boundary, _call) = (boundary, call);

    /// <summary>Opens the stream; on failure nothing stays open.</summary>
    /// <param name="open">Calls the plugin; runs off the caller's thread.</param>
    internal static async Task<PluginStream<T>> OpenAsync(
        PluginBoundary boundary, string call, Func<CancellationToken, IAsyncEnumerable<T>> open, CancellationToken cancellationToken)
    {
        boundary.Enter(call);
        var stream = new PluginStream<T>(boundary, call);
        try
        {
            stream._enumerator = await boundary.RunAsync(
                call,
                boundary.Limits.Short,
                stream._cancel,
                token => ValueTask.FromResult((open(token) ?? throw new RuleBrokenException("not-null", "It returned null instead of a stream.")).GetAsyncEnumerator(token)),
                null,
                cancellationToken,
                CallKind.Making);
            return stream;
        }
        catch
        {
            stream.Leave();
            throw;
        }
    }

    /// <summary>The next message, checked and copied; null at the end.</summary>
    /// <param name="silence">How long the plugin may say nothing.</param>
    /// <param name="check">Checks a message and gives a copy without anything of the plugin's; runs off the caller's thread.</param>
    /// <param name="end">Checks that the stream may end here; null when it always may.</param>
    /// <param name="lastSign">As for <see cref="PluginBoundary.RunAsync"/>.</param>
    /// <param name="cancellationToken">The caller's.</param>
    internal async Task<T?> NextAsync(TimeSpan silence, Func<T, T> check, Action? end, Func<long>? lastSign, CancellationToken cancellationToken)
    {
        await _oneStep.WaitAsync(cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var enumerator = _enumerator ?? throw _boundary.Stopped(_call);
            return await _boundary.RunAsync(
                _call,
                silence,
                _cancel,
                _ => StepAsync(enumerator, check, end),
                lastSign,
                cancellationToken);
        }
        finally
        {
            _oneStep.Release();
        }
    }

    /// <summary>Ends the stream although its reader has not: the plugin is being unloaded.</summary>
    internal Task CloseAsync() => EndAsync();

    public ValueTask DisposeAsync() => new(EndAsync());

    private async ValueTask<T?> StepAsync(IAsyncEnumerator<T> enumerator, Func<T, T> check, Action? end)
    {
        Volatile.Write(ref _inStep, true);
        try
        {
            if (await enumerator.MoveNextAsync())
            {
                return check(enumerator.Current ?? throw new RuleBrokenException("not-null", "It yielded null instead of a message."));
            }

            end?.Invoke();
            return null;
        }
        finally
        {
            Volatile.Write(ref _inStep, false);
        }
    }

    private async Task EndAsync()
    {
        var cancelled = PluginBoundary.Cancel(_cancel);
        var grace = _boundary.Limits.StopGrace;
        var free = await _oneStep.WaitAsync(grace);
        var enumerator = Interlocked.Exchange(ref _enumerator, null);
        try
        {
            // While a step is hung the enumerator must not be disposed: the compiler's own iterators forbid it.
            if (free && enumerator is not null && !Volatile.Read(ref _inStep))
            {
                await _boundary.RunAsync(
                    _call + " (dispose)",
                    grace,
                    new CancellationTokenSource(),
                    async _ =>
                    {
                        await enumerator.DisposeAsync();
                        return true;
                    },
                    null,
                    CancellationToken.None,
                    CallKind.Disposal);
            }
        }
        catch (PluginCallException)
        {
            // Reported to the plugin's health already; the reader has its messages or its own failure.
        }
        finally
        {
            if (free)
            {
                _oneStep.Release();
            }

            await WaitAsync(cancelled, grace);
            Leave();
        }
    }

    // Until its callbacks have run the token knows the plugin; one that blocks is not waited for.
    private async Task WaitAsync(Task cancelled, TimeSpan grace)
    {
        try
        {
            await cancelled.WaitAsync(grace, _boundary.Clock);
        }
        catch (TimeoutException)
        {
            // The unload will tell.
        }
    }

    private void Leave()
    {
        if (!Interlocked.Exchange(ref _closed, true))
        {
            _boundary.Gate.Leave(_call);
        }
    }
}
