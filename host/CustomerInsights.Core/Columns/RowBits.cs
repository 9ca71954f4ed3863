using System.Numerics;

namespace CustomerInsights.Core.Columns;

/// <summary>A set of rows of one part: a bit a row, the lowest first. Bits behind the last row are always 0.</summary>
public sealed class RowBits
{
    private readonly ulong[] _words;

    /// <summary>The empty set.</summary>
    /// <param name="rows">How many rows there could be.</param>
    public RowBits(int rows)
        : this(rows, new ulong[WordsFor(rows)])
    {
    }

    private RowBits(int rows, ulong[] words)
    {
        Rows = rows;
        _words = words;
    }

    /// <summary>How many rows there could be.</summary>
    public int Rows { get; }

    /// <summary>The bits. Whoever writes them keeps those behind the last row 0.</summary>
    public Span<ulong> Words => _words;

    /// <summary>Whether the row is in the set.</summary>
    public bool this[int row]
    {
        get => ((_words[row >> 6] >> (row & 63)) & 1) != 0;
        set
        {
            var bit = 1UL << (row & 63);
            _words[row >> 6] = value ? _words[row >> 6] | bit : _words[row >> 6] & ~bit;
        }
    }

    /// <summary>Words of 64 bits for a number of rows.</summary>
    public static int WordsFor(int rows) => (rows + 63) >> 6;

    /// <summary>All rows.</summary>
    public static RowBits All(int rows)
    {
        var all = new RowBits(rows);
        all._words.AsSpan().Fill(ulong.MaxValue);
        all.Trim();
        return all;
    }

    /// <summary>How many rows are in the set.</summary>
    public int Count()
    {
        var count = 0;
        foreach (var word in _words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>A copy.</summary>
    public RowBits Clone() => new(Rows, [.. _words]);

    /// <summary>Keeps what is in both.</summary>
    public void And(RowBits other)
    {
        var words = Same(other)._words;
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= words[i];
        }
    }

    /// <summary>Adds what is in the other.</summary>
    public void Or(RowBits other)
    {
        var words = Same(other)._words;
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] |= words[i];
        }
    }

    /// <summary>Takes away what is in the other.</summary>
    public void Except(RowBits other)
    {
        var words = Same(other)._words;
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= ~words[i];
        }
    }

    /// <summary>What was in is out, and the other way round.</summary>
    public void Not()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = ~_words[i];
        }

        Trim();
    }

    /// <summary>Calls for each row in the set, ascending.</summary>
    public void ForEach(Action<int> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                visit((i << 6) + BitOperations.TrailingZeroCount(word));
            }
        }
    }

    private void Trim()
    {
        if ((Rows & 63) != 0)
        {
            _words[^1] &= (1UL << (Rows & 63)) - 1;
        }
    }

    private RowBits Same(RowBits other) => other is not null && other.Rows == Rows
        ? other
        : throw new ArgumentException($"A set over {other?.Rows ?? 0} rows does not fit one over {Rows}.", nameof(other));
}
