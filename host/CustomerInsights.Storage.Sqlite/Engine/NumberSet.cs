namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>A set of row numbers as bits, in chunks of 32,768; knows which chunks changed since they were last stored.</summary>
internal sealed class NumberSet
{
    private const int ChunkBits = 15;
    private const int ChunkBytes = 1 << (ChunkBits - 3);

    private readonly Dictionary<long, byte[]> _chunks = [];
    private readonly HashSet<long> _unstored = [];

    /// <summary>Adds a number; false when it was in already.</summary>
    public bool Add(long number)
    {
        var key = number >> ChunkBits;
        if (!_chunks.TryGetValue(key, out var chunk))
        {
            _chunks.Add(key, chunk = new byte[ChunkBytes]);
        }

        var index = (int)(number & ((1 << ChunkBits) - 1));
        var bit = (byte)(1 << (index & 7));
        if ((chunk[index >> 3] & bit) != 0)
        {
            return false;
        }

        chunk[index >> 3] |= bit;
        _unstored.Add(key);
        return true;
    }

    public bool Contains(long number)
    {
        var index = (int)(number & ((1 << ChunkBits) - 1));
        return _chunks.TryGetValue(number >> ChunkBits, out var chunk) && (chunk[index >> 3] & (1 << (index & 7))) != 0;
    }

    public void Remove(long number)
    {
        if (_chunks.TryGetValue(number >> ChunkBits, out var chunk))
        {
            var index = (int)(number & ((1 << ChunkBits) - 1));
            chunk[index >> 3] &= (byte)~(1 << (index & 7));
            _unstored.Add(number >> ChunkBits);
        }
    }

    public void LoadChunk(long key, byte[] bits) => _chunks[key] = bits;

    public byte[] Chunk(long key) => _chunks[key];

    /// <summary>Call after the commit that stored them, or before it with a way back by <see cref="MarkUnstored"/>.</summary>
    public long[] TakeUnstored()
    {
        var taken = _unstored.ToArray();
        _unstored.Clear();
        return taken;
    }

    public void MarkUnstored(IEnumerable<long> chunks) => _unstored.UnionWith(chunks);
}
