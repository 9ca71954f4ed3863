namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What one side of the socket answers. Called on the pool; the body is valid for the length of the call.</summary>
internal interface IPeerCalls
{
    /// <summary>Answers once.</summary>
    ValueTask<WireWriter> AnswerAsync(WorkerCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Answers with many items.</summary>
    IAsyncEnumerable<WireWriter> StreamAsync(WorkerCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Takes news; returns at once.</summary>
    void Notice(WorkerCall call, ReadOnlySpan<byte> body);
}
