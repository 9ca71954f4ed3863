using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>Writes numbers and texts one after the other: whole numbers by seven bits a byte, the least first, all else little endian.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>A whole number, 0 or more.</summary>
    internal void Number(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    internal void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    internal void Hash(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    internal void Hash(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    internal void Double(double value) => Hash(BitConverter.DoubleToUInt64Bits(value));

    internal void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Number(length);
        _bytes.Advance(Encoding.UTF8.GetBytes(value, _bytes.GetSpan(Math.Max(1, length))));
    }

    internal void Bytes(ReadOnlySpan<byte> value) => _bytes.Write(value);
}
