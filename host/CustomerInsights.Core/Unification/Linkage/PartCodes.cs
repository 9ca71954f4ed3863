namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The codes of all parts of keys by record, 32 bits each, so that a key's hash of every record is read from two arrays in order.</summary>
internal sealed class PartCodes : IKeyHashes
{
    private readonly uint[][] _codes;
    private readonly IReadOnlyList<KeyPart> _parts;
    private readonly MatchColumn[] _columns;

    internal PartCodes(IReadOnlyList<KeyPart> parts, MatchColumn[] columns, int threads)
    {
        (_codes, _parts, _columns) = (new uint[parts.Count][], parts, columns);
        Rows = columns[0].Rows;
        Parallel.For(0, parts.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => _codes[i] = Of(parts[i], columns[parts[i].Field]));
    }

    /// <inheritdoc/>
    public int Rows { get; private set; }

    /// <summary>The hash of what a record has in a key; 0 when it lacks one of the parts.</summary>
    internal uint Hash(BlockingKey key, int row) => Hash(_codes[key.First][row], key.Second < 0 ? 1 : _codes[key.Second][row]);

    /// <summary>Whether two records have the same in a key, and not only the same hash.</summary>
    internal bool Agree(BlockingKey key, int a, int b) =>
        _codes[key.First][a] is not 0 and var first && first == _codes[key.First][b]
        && (key.Second < 0 || (_codes[key.Second][a] is not 0 and var second && second == _codes[key.Second][b]));

    /// <summary>A part's codes, record by record.</summary>
    internal ReadOnlySpan<uint> Of(int part) => _codes[part];

    /// <summary>Gives up the codes of parts, for good.</summary>
    internal void Free(Func<int, bool> isFree)
    {
        for (var part = 0; part < _codes.Length; part++)
        {
            _codes[part] = isFree(part) ? [] : _codes[part];
        }
    }

    /// <summary>Takes in a record that is new or has other values.</summary>
    /// <param name="row">The record.</param>
    /// <param name="isGone">Whether it has nothing any more.</param>
    internal void Set(int row, bool isGone)
    {
        for (var part = 0; part < _codes.Length; part++)
        {
            if (row >= _codes[part].Length)
            {
                Array.Resize(ref _codes[part], Math.Max(16, 2 * row));
            }

            var id = _columns[_parts[part].Field].Ids[row];
            _codes[part][row] = isGone || id == 0 ? 0 : Narrow(_parts[part].Code(id));
        }

        Rows = Math.Max(Rows, row + 1);
    }

    /// <inheritdoc/>
    public void Hashes(BlockingKey key, Span<uint> hashes)
    {
        var first = _codes[key.First].AsSpan(0, hashes.Length);
        if (key.Second < 0)
        {
            for (var row = 0; row < hashes.Length; row++)
            {
                hashes[row] = Hash(first[row], 1);
            }

            return;
        }

        var second = _codes[key.Second].AsSpan(0, hashes.Length);
        for (var row = 0; row < hashes.Length; row++)
        {
            hashes[row] = Hash(first[row], second[row]);
        }
    }

    /// <summary>Two codes as one hash; 0 only when one of them is 0.</summary>
    internal static uint Hash(uint first, uint second)
    {
        if (first == 0 || second == 0)
        {
            return 0;
        }

        var mixed = ((ulong)first * 0x9E3779B97F4A7C15UL) ^ (((ulong)second << 32) * 0xD6E8FEB86659FD93UL) ^ second;
        mixed ^= mixed >> 29;
        mixed *= 0xBF58476D1CE4E5B9UL;
        return (uint)(mixed >> 32) | 1;
    }

    /// <summary>A part's code of a value in 32 bits; 0 for none.</summary>
    internal static uint Narrow(ulong code) => code == 0 ? 0 : (uint)(TextHash.Mix(code) >> 32) | 1;

    private static uint[] Of(KeyPart part, MatchColumn column)
    {
        var codes = new uint[column.ValueCount];
        for (var id = 1; id < codes.Length; id++)
        {
            codes[id] = column.Counts[id] == 0 ? 0 : Narrow(part.Code(id));
        }

        var rows = new uint[column.Rows];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = codes[column.Ids[row]];
        }

        return rows;
    }
}
