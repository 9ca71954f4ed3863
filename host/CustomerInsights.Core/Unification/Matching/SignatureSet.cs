namespace CustomerInsights.Core.Unification.Matching;

/// <summary>The rows of each signature on one side, and the signatures of each block, both as offsets into one array.</summary>
internal sealed class SignatureSet
{
    private readonly int[] _rowStart;
    private readonly int[] _rows;
    private readonly int[] _blockStart;
    private readonly int[] _signatures;

    public SignatureSet(RuleColumns columns, int from, int to, int signatures, int blocks)
    {
        Position = new int[signatures];
        Array.Fill(Position, -1);
        _rowStart = new int[signatures + 1];
        var blockOf = new int[signatures];
        for (var i = from; i < to; i++)
        {
            var signature = columns.Signature[i];
            if (signature >= 0)
            {
                _rowStart[signature + 1]++;
                if (Position[signature] < 0)
                {
                    Position[signature] = i;
                    blockOf[signature] = columns.Block[i];
                }
            }
        }

        Accumulate(_rowStart);
        _rows = new int[_rowStart[^1]];
        var next = _rowStart.ToArray();
        for (var i = from; i < to; i++)
        {
            if (columns.Signature[i] >= 0)
            {
                _rows[next[columns.Signature[i]]++] = columns.Rows[i];
            }
        }

        _blockStart = new int[blocks + 1];
        for (var s = 0; s < signatures; s++)
        {
            _blockStart[blockOf[s] + 1] += Position[s] >= 0 ? 1 : 0;
        }

        Accumulate(_blockStart);
        _signatures = new int[_blockStart[^1]];
        next = [.. _blockStart];
        for (var s = 0; s < signatures; s++)
        {
            if (Position[s] >= 0)
            {
                _signatures[next[blockOf[s]]++] = s;
            }
        }
    }

    /// <summary>A position with the signature, −1 if this side has none.</summary>
    public int[] Position { get; }

    /// <summary>Rows of a signature, ascending.</summary>
    public ReadOnlySpan<int> Rows(int signature) => _rows.AsSpan(_rowStart[signature].._rowStart[signature + 1]);

    public long Count(int signature) => _rowStart[signature + 1] - _rowStart[signature];

    /// <summary>Signatures of a block, ascending.</summary>
    public ReadOnlySpan<int> Block(int block) => _signatures.AsSpan(_blockStart[block].._blockStart[block + 1]);

    private static void Accumulate(int[] counts)
    {
        for (var i = 1; i < counts.Length; i++)
        {
            counts[i] += counts[i - 1];
        }
    }
}
