using System.Collections.Concurrent;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>Lets one at a time unify a profile type: a run from its reading to its writing, or what events change.</summary>
internal sealed class UnificationGate : IDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _types = new(StringComparer.Ordinal);

    /// <summary>Waits for the type; dispose what comes back to leave it.</summary>
    public async Task<IDisposable> EnterAsync(string type, CancellationToken cancellationToken)
    {
        var one = Of(type);
        await one.WaitAsync(cancellationToken);
        return new Entered(one);
    }

    /// <summary>Enters when nobody is in; null otherwise.</summary>
    public async Task<IDisposable?> TryEnterAsync(string type, CancellationToken cancellationToken)
    {
        var one = Of(type);
        return await one.WaitAsync(TimeSpan.Zero, cancellationToken) ? new Entered(one) : null;
    }

    /// <summary>Completes when nobody is in.</summary>
    public async Task WaitAsync(string type, CancellationToken cancellationToken) => (await EnterAsync(type, cancellationToken)).Dispose();

    public void Dispose()
    {
        foreach (var one in _types.Values)
        {
            one.Dispose();
        }
    }

    private SemaphoreSlim Of(string type) => _types.GetOrAdd(type, _ => new SemaphoreSlim(1, 1));

    private sealed class Entered(SemaphoreSlim one) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                one.Release();
            }
        }
    }
}
