using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Columns;

/// <summary>Different texts by their UTF-8 bytes, numbered in the order in which they first came. For one thread.</summary>
internal sealed class Utf8Dictionary
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly List<int> _starts = [0];
    private readonly List<ulong> _hashes = [];
    private int[] _slots = new int[64]; // The text's number + 1; 0 is free. Never more than half full.

    public int Count => _hashes.Count;

    /// <summary>The text's number; it gets one when it is new.</summary>
    /// <exception cref="OverflowException">The texts take more than 2 GiB.</exception>
    public int Add(ReadOnlySpan<byte> text)
    {
        var hash = ByteHash.Of(text);
        var slot = Slot(text, hash);
        if (_slots[slot] != 0)
        {
            return _slots[slot] - 1;
        }

        _utf8.Write(text);
        _starts.Add(_utf8.WrittenCount);
        _hashes.Add(hash);
        _slots[slot] = Count;
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    /// <summary>The text's number, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text) => _slots[Slot(text, ByteHash.Of(text))] - 1;

    public ReadOnlySpan<byte> At(int number) => _utf8.WrittenSpan[_starts[number].._starts[number + 1]];

    public TextSection Section() => new(Sections.Of<int>(CollectionsMarshal.AsSpan(_starts)), _utf8.WrittenSpan.ToArray());

    private int Slot(ReadOnlySpan<byte> text, ulong hash)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var number = _slots[slot] - 1;
            if (number < 0 || (_hashes[number] == hash && At(number).SequenceEqual(text)))
            {
                return slot;
            }
        }
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var number = 0; number < Count; number++)
        {
            var slot = (int)_hashes[number] & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = number + 1;
        }
    }
}

/// <summary>A hash of bytes that differs from process to process, so that nobody can send us texts that all fall together; never stored.</summary>
internal static class ByteHash
{
    // HashCode is seeded anew in each process. Folded multiplication as in wyhash (Wang Yi, public domain).
    private static readonly ulong s_seed = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2);
    private static readonly ulong s_other = ((ulong)(uint)HashCode.Combine(3) << 32) | (uint)HashCode.Combine(4);

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = s_seed ^ (ulong)bytes.Length;
        while (bytes.Length > 16)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ s_other, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ hash);
            bytes = bytes[16..];
        }

        // The last bytes overlap, which spares a loop over single ones.
        var (low, high) = bytes.Length switch
        {
            >= 8 => (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..])),
            >= 4 => (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..])),
            > 0 => (bytes[0] | ((ulong)bytes[bytes.Length / 2] << 8), bytes[^1]),
            _ => (0UL, 0UL),
        };
        return Fold(Fold(low ^ s_other, high ^ hash), s_seed | 1);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
