namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>A write on its way through the writer's queue.</summary>
internal abstract class WriteCommand(CancellationToken cancellationToken)
{
    /// <summary>When it was put into the queue, in the clock's timestamps.</summary>
    public long Queued { get; init; }

    /// <summary>Asked once, before it runs: what has begun is not taken back.</summary>
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    protected CancellationToken CancellationToken => cancellationToken;

    public abstract void Execute(WriteTransaction transaction);

    /// <summary>After the commit.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception error);

    public abstract void Cancel();
}

/// <summary>A write with a result.</summary>
internal sealed class WriteCommand<T>(Func<WriteTransaction, T> work, CancellationToken cancellationToken) : WriteCommand(cancellationToken)
{
    // The continuation must not run on the writer's thread.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override void Execute(WriteTransaction transaction) => _result = work(transaction);

    public override void Complete() => _done.TrySetResult(_result);

    public override void Fail(Exception error) => _done.TrySetException(error);

    public override void Cancel() => _done.TrySetCanceled(CancellationToken);
}
