using System.Buffers;
using System.Buffers.Binary;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>Reads frames from a stream. One reader at a time.</summary>
internal sealed class FrameReader(Stream stream)
{
    private readonly byte[] _ahead = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next frame, or null at the end of the stream.</summary>
    /// <exception cref="ProtocolException">What came is no frame, or the stream ended within one.</exception>
    internal async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_end - _start < Frame.HeaderSize)
        {
            var before = _end - _start;
            if (!await FillAsync(cancellationToken))
            {
                return before == 0 ? null : throw new ProtocolException("The stream ended within a frame's header.");
            }
        }

        var header = _ahead.AsSpan(_start, Frame.HeaderSize);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var kind = (FrameKind)header[4];
        var id = BinaryPrimitives.ReadUInt32LittleEndian(header[5..]);
        _start += Frame.HeaderSize;
        if (length > Frame.MaxBody)
        {
            throw new ProtocolException($"A frame claims {length:N0} bytes; {Frame.MaxBody:N0} are allowed.");
        }

        if (kind is < FrameKind.Hello or > FrameKind.Pong)
        {
            throw new ProtocolException($"A frame is of kind {(byte)kind}, which is not known.");
        }

        return await BodyAsync(new Frame(kind, id, [], (int)length), cancellationToken);
    }

    private async ValueTask<Frame> BodyAsync(Frame frame, CancellationToken cancellationToken)
    {
        if (frame.Length == 0)
        {
            return frame;
        }

        var body = ArrayPool<byte>.Shared.Rent(frame.Length);
        var have = Math.Min(frame.Length, _end - _start);
        _ahead.AsSpan(_start, have).CopyTo(body);
        _start += have;
        try
        {
            await stream.ReadExactlyAsync(body.AsMemory(have, frame.Length - have), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            ArrayPool<byte>.Shared.Return(body);
            throw new ProtocolException("The stream ended within a frame.");
        }

        return frame with { Buffer = body };
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _ahead.AsSpan(_start.._end).CopyTo(_ahead);
        (_start, _end) = (0, _end - _start);
        var read = await stream.ReadAsync(_ahead.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }
}
