namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>The highest committed number of a counter, and a way to wait for the next. A waiter costs the writer one signal a commit, however many wait.</summary>
internal sealed class Watermark
{
    private TaskCompletionSource _next = New();
    private long _reached;

    /// <summary>After a commit; from the writer's thread alone.</summary>
    public void Raise(long reached)
    {
        if (reached <= _reached)
        {
            return;
        }

        // First the number and then the signal: who sees the new signal sees the number too.
        Volatile.Write(ref _reached, reached);
        Interlocked.Exchange(ref _next, New()).SetResult();
    }

    /// <summary>Completes when a number above <paramref name="after"/> is committed.</summary>
    public async ValueTask WaitAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = Volatile.Read(ref _next);
            if (Volatile.Read(ref _reached) > after)
            {
                return;
            }

            await next.Task.WaitAsync(cancellationToken);
        }
    }

    // The waiter's code must not run on the writer's thread.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
