using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>A frame in the making: room for the header, then the body. Dispose gives the buffer back.</summary>
internal sealed class WireWriter : IBufferWriter<byte>, IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);
    private int _end = Frame.HeaderSize;

    internal int BodyLength => _end - Frame.HeaderSize;

    internal ReadOnlyMemory<byte> Body => _buffer.AsMemory(Frame.HeaderSize, BodyLength);

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(Math.Max(sizeHint, 256));
        return _buffer.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    internal WireWriter Byte(byte value)
    {
        Room(1);
        _buffer[_end++] = value;
        return this;
    }

    internal WireWriter UInt16(ushort value)
    {
        Room(2);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_end), value);
        _end += 2;
        return this;
    }

    internal WireWriter Int64(long value)
    {
        Room(8);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_end), value);
        _end += 8;
        return this;
    }

    /// <summary>Seven bits a byte, lowest first: small numbers are short.</summary>
    internal WireWriter Count(ulong value)
    {
        Room(10);
        while (value >= 0x80)
        {
            _buffer[_end++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_end++] = (byte)value;
        return this;
    }

    /// <summary>Zigzag, so that small negative numbers are short as well.</summary>
    internal WireWriter Integer(long value) => Count((ulong)((value << 1) ^ (value >> 63)));

    internal WireWriter Text(string value)
    {
        // Three bytes a character at most: short texts are encoded once, straight to their place.
        if (value.Length <= 42)
        {
            Room(1 + (value.Length * 3));
            var written = Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_end + 1));
            _buffer[_end] = (byte)written;
            _end += written + 1;
            return this;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Count((ulong)length);
        Room(length);
        _end += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_end));
        return this;
    }

    internal WireWriter Bytes(ReadOnlySpan<byte> value)
    {
        Count((ulong)value.Length);
        Room(value.Length);
        value.CopyTo(_buffer.AsSpan(_end));
        _end += value.Length;
        return this;
    }

    /// <summary>The finished frame.</summary>
    /// <exception cref="ProtocolException">It is longer than a frame may be.</exception>
    internal ReadOnlyMemory<byte> Finish(FrameKind kind, uint stream)
    {
        if (BodyLength > Frame.MaxBody)
        {
            throw new ProtocolException($"A message of {BodyLength:N0} bytes does not fit a frame of {Frame.MaxBody:N0}; make batches smaller.");
        }

        Frame.WriteHeader(_buffer, kind, stream, BodyLength);
        return _buffer.AsMemory(0, _end);
    }

    private void Room(int bytes)
    {
        if (_buffer.Length - _end >= bytes)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _end + bytes));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
