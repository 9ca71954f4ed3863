using System.Buffers.Binary;
using System.Text;

namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>Reads what <see cref="ByteWriter"/> wrote.</summary>
/// <remarks>Throws <see cref="FormatException"/> where the bytes end too early or a number cannot be; never takes more room than the bytes could fill.</remarks>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool IsAtEnd => _rest.IsEmpty;

    internal long Number()
    {
        var (value, shift) = (0L, 0);
        while (true)
        {
            var next = Byte();
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value >= 0 ? value : throw new FormatException("A number is too large.");
            }

            shift += 7;
            if (shift > 56)
            {
                throw new FormatException("A number is too long.");
            }
        }
    }

    /// <summary>How many things follow, each of at least so many bytes.</summary>
    internal int Count(int bytesEach)
    {
        var count = Number();
        return count <= _rest.Length / Math.Max(1, bytesEach) ? (int)count : throw new FormatException("There is less than is announced.");
    }

    internal byte Byte() => Take(1)[0];

    internal ulong LongHash() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    internal uint ShortHash() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal double Double() => BitConverter.UInt64BitsToDouble(LongHash());

    internal string Text()
    {
        try
        {
            return s_strict.GetString(Take(Count(1)));
        }
        catch (DecoderFallbackException error)
        {
            throw new FormatException("A text is none.", error);
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new FormatException("The bytes end too early.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
