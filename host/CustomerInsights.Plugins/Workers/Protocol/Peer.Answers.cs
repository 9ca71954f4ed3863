using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <content>The reading side: takes frames, and answers what the other side asks.</content>
internal sealed partial class Peer
{
    /// <summary>Exchanges that the other side may have open at once.</summary>
    internal const int MaxOpen = 256;

    private const int MaxCredits = 1000;

    private readonly ConcurrentDictionary<uint, Answering> _answering = new();

    [SuppressMessage("Design", "CA1001", Justification = "Neither holds anything of the system; a late cancel or credit must find them usable.")]
    private sealed class Answering
    {
        internal CancellationTokenSource Cancel { get; } = new();

        internal SemaphoreSlim Credits { get; } = new(0);
    }

    /// <summary>Reads until the stream ends. Everything that waits stays waiting: <see cref="Fail"/> tells it why.</summary>
    /// <exception cref="ProtocolException">The other side broke the protocol.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _reader.ReadAsync(cancellationToken) is { } frame)
            {
                Interlocked.Exchange(ref _heard, _clock.GetTimestamp());
                Take(frame);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The connection is gone: an end like any other.
        }
    }

    private void Take(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Request or FrameKind.StreamRequest:
                Begin(frame);
                return;
            case FrameKind.Response or FrameKind.Failure or FrameKind.Cancelled:
                Take(frame, pending => pending.End(frame));
                return;
            case FrameKind.Item:
                Take(frame, pending => pending.Add(frame));
                return;
        }

        using (frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Cancel:
                    if (_answering.TryGetValue(frame.Stream, out var cancelled))
                    {
                        _ = PluginBoundary.Cancel(cancelled.Cancel);
                    }

                    break;
                case FrameKind.Credit:
                    AddCredits(frame);
                    break;
                case FrameKind.Notice:
                    var from = new WireReader(frame.Body.Span);
                    _calls.Notice((WorkerCall)from.Byte(), from.Rest);
                    break;
                case FrameKind.Ping:
                    _ = SendQuietlyAsync(FrameKind.Pong, 0);
                    break;
                case FrameKind.Pong:
                    break;
                default:
                    throw new ProtocolException($"A {frame.Kind} came after the handshake.");
            }
        }
    }

    // An answer to what nobody waits for any more is dropped; one to what was never asked cannot be told apart from it.
    private void Take(Frame frame, Action<Pending> take)
    {
        if (_pending.TryGetValue(frame.Stream, out var pending))
        {
            take(pending);
        }
        else
        {
            frame.Dispose();
        }
    }

    private void AddCredits(Frame frame)
    {
        var from = new WireReader(frame.Body.Span);
        var more = from.UInt16();
        if (_answering.TryGetValue(frame.Stream, out var answering) && more > 0)
        {
            if (answering.Credits.CurrentCount + more > MaxCredits)
            {
                throw new ProtocolException($"More than {MaxCredits} credits were given.");
            }

            answering.Credits.Release(more);
        }
    }

    private void Begin(Frame frame)
    {
        var from = new WireReader(frame.Body.Span);
        var call = (WorkerCall)from.Byte();
        var answering = new Answering();
        if (frame.Kind == FrameKind.StreamRequest)
        {
            var credits = from.UInt16();
            if (credits is 0 or > MaxCredits)
            {
                throw new ProtocolException($"A stream begins with {credits} credits; 1 to {MaxCredits} are allowed.");
            }

            answering.Credits.Release(credits);
        }

        if ((frame.Stream & 1) == _own)
        {
            throw new ProtocolException($"The number {frame.Stream} is not the other side's to give.");
        }

        if (_answering.Count >= MaxOpen || !_answering.TryAdd(frame.Stream, answering))
        {
            throw new ProtocolException($"The exchange {frame.Stream} is open already, or {MaxOpen} are.");
        }

        var body = frame.Body[^from.Left..];
        _ = Task.Run(() => AnswerAsync(frame, call, body, answering), CancellationToken.None);
    }

    private async Task AnswerAsync(Frame frame, WorkerCall call, ReadOnlyMemory<byte> body, Answering answering)
    {
        var (id, token) = (frame.Stream, answering.Cancel.Token);
        var (kind, end) = (FrameKind.Response, (WireWriter?)null);
        try
        {
            if (frame.Kind == FrameKind.Request)
            {
                end = await _calls.AnswerAsync(call, body, token);
            }
            else
            {
                await foreach (var item in _calls.StreamAsync(call, body, token))
                {
                    await SendItemAsync(item, id, answering.Credits, token);
                }
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            kind = FrameKind.Cancelled;
        }
        catch (Exception error)
        {
            (kind, end) = (FrameKind.Failure, WireJson.Write(_asFailure(error), WireJson.Default.PluginFailure));
        }
        finally
        {
            frame.Dispose();
            _answering.TryRemove(id, out _);
        }

        try
        {
            await SendQuietlyAsync(end ?? new WireWriter(), kind, id);
        }
        catch (ProtocolException error)
        {
            // The answer is too large; the other side must hear that at least.
            await SendQuietlyAsync(WireJson.Write(_asFailure(error), WireJson.Default.PluginFailure), FrameKind.Failure, id);
        }
    }

    private async Task SendItemAsync(WireWriter item, uint id, SemaphoreSlim credits, CancellationToken cancellationToken)
    {
        try
        {
            await credits.WaitAsync(cancellationToken);
        }
        catch
        {
            item.Dispose();
            throw;
        }

        await SendAsync(item, FrameKind.Item, id);
    }
}
