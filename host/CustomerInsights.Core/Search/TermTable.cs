using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Search;

/// <summary>
/// Terms in ordinal order, each with the ascending rows in which it stands: delta-coded, or as bits where it stands in so many that bits are no longer. Immutable.
/// </summary>
public sealed class TermTable
{
    private const int DenseOneIn = 16;

    private readonly char[] _characters;
    private readonly int[] _starts;
    private readonly byte[] _rows;
    private readonly int[] _rowStarts;
    private readonly Dictionary<int, ulong[]> _dense;

    private TermTable(char[] characters, int[] starts, byte[] rows, int[] rowStarts, Dictionary<int, ulong[]> dense) =>
        (_characters, _starts, _rows, _rowStarts, _dense) = (characters, starts, rows, rowStarts, dense);

    /// <summary>How many terms there are.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>What it takes of memory, in bytes.</summary>
    public long Bytes => (_characters.Length * 2L) + (_starts.Length * 4L) + _rows.Length + (_rowStarts.Length * 4L) + _dense.Values.Sum(bits => bits.Length * 8L);

    /// <summary>A term by its place.</summary>
    public ReadOnlySpan<char> this[int place] => _characters.AsSpan(_starts[place], _starts[place + 1] - _starts[place]);

    /// <summary>The first place whose term is not before a text.</summary>
    public int LowerBound(ReadOnlySpan<char> text)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].SequenceCompareTo(text) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The first place behind all terms that begin with a prefix, from a place at or before which none does.</summary>
    public int EndOf(ReadOnlySpan<char> prefix, int from)
    {
        // The terms that begin so are often few: steps that double find their end near by.
        var (step, low) = (1, from);
        while (low + step < Count && this[low + step].StartsWith(prefix))
        {
            low += step;
            step *= 2;
        }

        var high = Math.Min(low + step, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (this[middle].StartsWith(prefix))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Adds the rows of a term to a set.</summary>
    public void AddRows(int place, Span<ulong> set)
    {
        var (at, end, row) = (_rowStarts[place], _rowStarts[place + 1], 0);
        if (at == end)
        {
            Or(set, _dense[place]);
            return;
        }

        while (at < end)
        {
            var (value, shift) = (0, 0);
            byte next;
            do
            {
                next = _rows[at++];
                value |= (next & 0x7F) << shift;
                shift += 7;
            }
            while (next >= 0x80);
            row += value;
            set[row >> 6] |= 1UL << (row & 63);
        }
    }

    private static void Or(Span<ulong> set, ReadOnlySpan<ulong> bits)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            set[i] |= bits[i];
        }
    }

    /// <summary>Gathers terms and rows. Rows come in growing order; a term may come twice in a row.</summary>
    public sealed class Builder
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly List<string> _terms = [];
        private readonly List<long> _pairs = [];

        /// <summary>What it takes of memory, about, in bytes.</summary>
        public long Bytes => (_pairs.Capacity * 8L) + (_terms.Count * 90L);

        /// <summary>Adds a term of a row.</summary>
        public void Add(string term, int row)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, term, out var known);
            if (!known)
            {
                number = _terms.Count;
                _terms.Add(term);
            }

            _pairs.Add(((long)number << 32) | (uint)row);
        }

        /// <summary>The table.</summary>
        public TermTable Build()
        {
            var order = new int[_terms.Count];
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            Array.Sort([.. _terms], order, StringComparer.Ordinal);
            var places = new int[order.Length];
            for (var place = 0; place < order.Length; place++)
            {
                places[order[place]] = place;
            }

            // Rows of each term in the order in which they came: a counting sort by place.
            var ends = new int[order.Length + 1];
            foreach (var pair in _pairs)
            {
                ends[places[(int)(pair >> 32)] + 1]++;
            }

            for (var i = 1; i < ends.Length; i++)
            {
                ends[i] += ends[i - 1];
            }

            var next = ends.AsSpan(0, order.Length).ToArray();
            var rows = new int[_pairs.Count];
            foreach (var pair in _pairs)
            {
                rows[next[places[(int)(pair >> 32)]]++] = (int)(uint)pair;
            }

            return Pack(order, ends, rows);
        }

        private TermTable Pack(int[] order, int[] ends, int[] rows)
        {
            var characters = new char[_terms.Sum(term => (long)term.Length)];
            var starts = new int[order.Length + 1];
            var rowStarts = new int[order.Length + 1];
            var packed = new List<byte>(rows.Length * 2);
            var dense = new Dictionary<int, ulong[]>();
            var rowCount = rows.Length == 0 ? 0 : rows.Max() + 1;
            for (var place = 0; place < order.Length; place++)
            {
                var term = _terms[order[place]];
                term.CopyTo(characters.AsSpan(starts[place]));
                starts[place + 1] = starts[place] + term.Length;
                if (ends[place + 1] - ends[place] > rowCount / DenseOneIn && rowCount > 64)
                {
                    var bits = dense[place] = new ulong[(rowCount + 63) >> 6];
                    foreach (var row in rows.AsSpan(ends[place], ends[place + 1] - ends[place]))
                    {
                        bits[row >> 6] |= 1UL << (row & 63);
                    }

                    rowStarts[place + 1] = packed.Count;
                    continue;
                }

                var last = 0;
                for (var i = ends[place]; i < ends[place + 1]; i++)
                {
                    // A word that stands twice in a name is one row; the first row of all is row 0.
                    if (i > ends[place] && rows[i] == last)
                    {
                        continue;
                    }

                    for (var delta = rows[i] - last; ; delta >>= 7)
                    {
                        if (delta < 0x80)
                        {
                            packed.Add((byte)delta);
                            break;
                        }

                        packed.Add((byte)(delta | 0x80));
                    }

                    last = rows[i];
                }

                rowStarts[place + 1] = packed.Count;
            }

            return new TermTable(characters, starts, [.. packed], rowStarts, dense);
        }
    }
}
