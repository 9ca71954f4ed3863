using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>
/// One side of a socket between host and worker: asks, answers, streams with credits. Both sides may ask at any time; the
/// host's exchanges have odd numbers, the worker's even ones. Safe for any thread.
/// </summary>
internal sealed partial class Peer : IDisposable
{
    internal const int DefaultCredits = 4;

    private readonly ConcurrentDictionary<uint, Pending> _pending = new();
    private readonly SemaphoreSlim _oneWrite = new(1, 1);
    private readonly Stream _stream;
    private readonly FrameReader _reader;
    private readonly IPeerCalls _calls;
    private readonly Func<Exception, PluginFailure> _asFailure;
    private readonly Func<PluginFailure, Exception> _asException;
    private readonly TimeProvider _clock;
    private readonly uint _own;
    private PluginFailure? _ended;
    private uint _next;
    private long _heard;

    /// <param name="stream">The connection; the caller disposes it.</param>
    /// <param name="isHost">Which side this is.</param>
    /// <param name="calls">What this side answers.</param>
    /// <param name="asFailure">Turns what an answer threw into text.</param>
    /// <param name="asException">Turns the other side's failure into what a caller here gets.</param>
    /// <param name="clock">For signs of life.</param>
    internal Peer(
        Stream stream, bool isHost, IPeerCalls calls, Func<Exception, PluginFailure> asFailure, Func<PluginFailure, Exception> asException, TimeProvider clock)
    {
        (_stream, _reader, _calls, _asFailure, _asException, _clock) = (stream, new FrameReader(stream), calls, asFailure, asException, clock);
        _own = isHost ? 1u : 0u;
        _next = _own;
        _heard = clock.GetTimestamp();
    }

    /// <summary>How long ago the other side last said anything.</summary>
    internal TimeSpan Silence => _clock.GetElapsedTime(Interlocked.Read(ref _heard));

    /// <summary>Reads one frame before <see cref="RunAsync"/> is begun: the handshake.</summary>
    internal ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken) => _reader.ReadAsync(cancellationToken);

    /// <summary>Asks and waits for the answer, also after cancelling: the other side says when it has ended.</summary>
    /// <param name="call">What.</param>
    /// <param name="arguments">Its arguments; disposed here.</param>
    /// <param name="read">Reads the answer; the memory is valid while it runs.</param>
    /// <param name="cancellationToken">Asks the other side to end.</param>
    internal async Task<T> CallAsync<T>(WorkerCall call, WireWriter arguments, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var (id, pending) = Begin(new Pending(credits: 0));
        try
        {
            await AskAsync(FrameKind.Request, id, call, arguments, credits: null);
            await using var cancel = cancellationToken.Register(() => _ = SendQuietlyAsync(FrameKind.Cancel, id));
            using var frame = await pending.Answer.Task;
            return frame.Kind switch
            {
                FrameKind.Response => read(frame.Body),
                FrameKind.Cancelled => throw new OperationCanceledException(cancellationToken),
                _ => throw _asException(WireJson.Read(frame.Body.Span, WireJson.Default.PluginFailure)),
            };
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>Asks for many items; four are under way at most. Leaving the enumeration cancels and waits for the other side's end.</summary>
    internal async IAsyncEnumerable<T> StreamAsync<T>(
        WorkerCall call, WireWriter arguments, Func<ReadOnlyMemory<byte>, T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (id, pending) = Begin(new Pending(DefaultCredits));
        try
        {
            await AskAsync(FrameKind.StreamRequest, id, call, arguments, DefaultCredits);
            await using var cancel = cancellationToken.Register(() => _ = SendQuietlyAsync(FrameKind.Cancel, id));
            try
            {
                await foreach (var frame in pending.Items.Reader.ReadAllAsync(CancellationToken.None))
                {
                    T item;
                    using (frame)
                    {
                        item = read(frame.Body);
                    }

                    yield return item;
                    pending.AddCredit();
                    await SendQuietlyAsync(new WireWriter().UInt16(1), FrameKind.Credit, id);
                }
            }
            finally
            {
                if (!pending.Answer.Task.IsCompleted)
                {
                    await SendQuietlyAsync(FrameKind.Cancel, id);
                }

                // A reader who has left must hear of a failure all the same: the other side is ahead of it by some items.
                await EndAsync(pending);
            }

            if ((await pending.Answer.Task).Kind == FrameKind.Cancelled)
            {
                throw new OperationCanceledException(cancellationToken);
            }
        }
        finally
        {
            _pending.TryRemove(id, out _);
            pending.DropItems();
        }
    }

    /// <summary>Tells something that needs no answer. What cannot be sent is dropped: the reading side notices the end.</summary>
    internal Task NoticeAsync(WorkerCall call, WireWriter arguments)
    {
        var whole = new WireWriter().Byte((byte)call);
        Append(whole, arguments);
        return SendQuietlyAsync(whole, FrameKind.Notice, 0);
    }

    internal Task PingAsync() => SendQuietlyAsync(FrameKind.Ping, 0);

    /// <summary>Sends a frame and disposes the writer.</summary>
    internal async Task SendAsync(WireWriter body, FrameKind kind, uint id)
    {
        using (body)
        {
            var frame = body.Finish(kind, id);
            await _oneWrite.WaitAsync();
            try
            {
                await _stream.WriteAsync(frame);
            }
            finally
            {
                _oneWrite.Release();
            }
        }
    }

    /// <summary>Fails all that waits for answers, and all that will. The first reason stands.</summary>
    internal void Fail(PluginFailure failure)
    {
        Interlocked.CompareExchange(ref _ended, failure, null);
        foreach (var pending in _pending.Values)
        {
            pending.Fail(_asException(_ended));
        }
    }

    public void Dispose()
    {
        foreach (var answering in _answering.Values)
        {
            _ = PluginBoundary.Cancel(answering.Cancel);
        }
    }

    private (uint Id, Pending Pending) Begin(Pending pending)
    {
        var id = Interlocked.Add(ref _next, 2);
        _pending[id] = pending;
        if (Volatile.Read(ref _ended) is { } failure)
        {
            pending.Fail(_asException(failure));
        }

        return (id, pending);
    }

    private async Task AskAsync(FrameKind kind, uint id, WorkerCall call, WireWriter arguments, ushort? credits)
    {
        var whole = new WireWriter().Byte((byte)call);
        if (credits is { } some)
        {
            whole.UInt16(some);
        }

        Append(whole, arguments);
        try
        {
            await SendAsync(whole, kind, id);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The reading side finds the same end, knows more of it, and fails what waits.
        }
        catch (ProtocolException error)
        {
            throw _asException(new PluginFailure(Sdk.FailureKind.Data, error.Message));
        }
    }

    private static void Append(WireWriter to, WireWriter arguments)
    {
        using (arguments)
        {
            arguments.Body.Span.CopyTo(to.GetSpan(arguments.BodyLength));
            to.Advance(arguments.BodyLength);
        }
    }

    private async Task EndAsync(Pending pending)
    {
        using var last = await pending.Answer.Task;
        if (last.Kind == FrameKind.Failure)
        {
            throw _asException(WireJson.Read(last.Body.Span, WireJson.Default.PluginFailure));
        }
    }

    private Task SendQuietlyAsync(FrameKind kind, uint id) => SendQuietlyAsync(new WireWriter(), kind, id);

    private async Task SendQuietlyAsync(WireWriter body, FrameKind kind, uint id)
    {
        try
        {
            await SendAsync(body, kind, id);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // As in AskAsync.
        }
    }
}
