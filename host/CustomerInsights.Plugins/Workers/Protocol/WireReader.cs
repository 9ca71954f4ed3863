using System.Buffers.Binary;
using System.Text;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>Reads what <see cref="WireWriter"/> wrote, and trusts none of it.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    internal readonly int Left => _rest.Length;

    internal readonly ReadOnlySpan<byte> Rest => _rest;

    internal byte Byte() => Take(1)[0];

    internal ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    internal ulong Count()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ProtocolException("A number is longer than 64 bits.");
    }

    internal long Integer()
    {
        var value = Count();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>The number of things that follow, each of one byte at least: a claim beyond that is a lie, found before room is made.</summary>
    internal int Items(int most)
    {
        var count = Count();
        return count <= (ulong)Math.Min(most, Left)
            ? (int)count
            : throw new ProtocolException($"A frame claims {count:N0} items; at most {Math.Min(most, Left):N0} are possible here.");
    }

    internal string Text() => Encoding.UTF8.GetString(Bytes());

    internal ReadOnlySpan<byte> Bytes() => Take(Items(int.MaxValue));

    internal readonly void End()
    {
        if (Left != 0)
        {
            throw new ProtocolException($"A frame has {Left:N0} bytes too many.");
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new ProtocolException("A frame ends before what it should hold.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
