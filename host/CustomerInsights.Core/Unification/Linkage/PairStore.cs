using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Pairs with the numbers of their patterns, in the order in which they came: 12 bytes each. What exceeds an allowance is written out and read back
/// in that order; what is read is the same either way. Not safe for several threads.
/// </summary>
internal sealed class PairStore : IDisposable
{
    internal const int Block = 1 << 15;
    private const int BlockBytes = Block * (sizeof(ulong) + sizeof(int));

    private readonly List<(ulong[] Pairs, int[] Numbers)> _full = [];
    private readonly ISpill? _spill;
    private readonly int _most;
    private ulong[] _pairs = new ulong[Block];
    private int[] _numbers = new int[Block];
    private int _count;
    private ISpillRoom? _room;
    private int _written;

    /// <param name="most">Bytes to hold in memory; two blocks (768 KiB) are held in any case.</param>
    /// <param name="spill">Where to put the rest; null to hold everything.</param>
    internal PairStore(long most, ISpill? spill)
    {
        _spill = spill;
        _most = (int)Math.Clamp((most / BlockBytes) - 1, 1, int.MaxValue);
    }

    /// <summary>Bytes that were written out.</summary>
    internal long Spilled => (long)_written * BlockBytes;

    /// <summary>Adds a pair.</summary>
    internal void Add(ulong pair, int number)
    {
        (_pairs[_count], _numbers[_count]) = (pair, number);
        if (++_count == Block)
        {
            Close();
        }
    }

    /// <summary>Gives all pairs, block by block, in the order in which they came. The blocks are used again: take what you need of each.</summary>
    internal void ForEach(ReadBlock read)
    {
        if (_room is not null)
        {
            _room.Rewind();
            var (pairs, numbers) = (new ulong[Block], new int[Block]);
            for (var i = 0; i < _written; i++)
            {
                _room.Read(MemoryMarshal.AsBytes(pairs.AsSpan()));
                _room.Read(MemoryMarshal.AsBytes(numbers.AsSpan()));
                read(pairs, numbers);
            }
        }

        foreach (var (pairs, numbers) in _full)
        {
            read(pairs, numbers);
        }

        read(_pairs.AsSpan(0, _count), _numbers.AsSpan(0, _count));
    }

    /// <inheritdoc/>
    public void Dispose() => _room?.Dispose();

    // What was first goes first, so that what is written out is always the beginning.
    private void Close()
    {
        _full.Add((_pairs, _numbers));
        _count = 0;
        if (_spill is null || _full.Count < _most)
        {
            (_pairs, _numbers) = (new ulong[Block], new int[Block]);
            return;
        }

        _room ??= _spill.Create();
        foreach (var (pairs, numbers) in _full)
        {
            _room.Append(MemoryMarshal.AsBytes(pairs.AsSpan()));
            _room.Append(MemoryMarshal.AsBytes(numbers.AsSpan()));
            _written++;
        }

        (_pairs, _numbers) = _full[^1];
        _full.Clear();
    }

    /// <summary>Takes some pairs and the numbers of their patterns.</summary>
    internal delegate void ReadBlock(ReadOnlySpan<ulong> pairs, ReadOnlySpan<int> numbers);
}
