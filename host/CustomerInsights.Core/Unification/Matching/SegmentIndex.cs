namespace CustomerInsights.Core.Unification.Matching;

/// <summary>
/// Finds all pairs of texts whose score can reach a percentage, without losing one: the partition filter of Pass-Join (Li,
/// Deng, Wang, Feng: PVLDB 5, 2011). A text cut into τ + 1 segments keeps one of them whole under τ edits, at a place that the
/// multi-match-aware bounds of the paper narrow down.
/// </summary>
/// <remarks>
/// The longer text of a pair asks; the shorter is in the index. τ follows from the longer length, so a short text is indexed
/// once for each τ that a possible partner can bring (two or three), and a text above <see cref="OneCut"/> units only for the
/// largest, which is still complete and merely less selective. Hashes may collide: that adds candidates and loses none.
/// </remarks>
internal sealed class SegmentIndex
{
    private const int OneCut = 32;

    private readonly int _percent;
    private readonly ulong[] _hashes;
    private readonly int[] _items;
    private readonly int[] _bucket;
    private readonly int _shift;
    private readonly bool[] _lengths;

    /// <summary>Indexes the items for which the flag is set.</summary>
    public SegmentIndex(string[] texts, bool[] included, int percent)
    {
        _percent = percent;
        var hashes = new List<ulong>();
        var items = new List<int>();
        _lengths = new bool[texts.Select(t => t.Length).DefaultIfEmpty().Max() + 1];
        for (var item = 0; item < texts.Length; item++)
        {
            if (!included[item])
            {
                continue;
            }

            var text = texts[item];
            _lengths[text.Length] = true;
            var last = -1;
            for (var partner = LongestPartner(text.Length); partner >= text.Length; partner--)
            {
                var edits = Levenshtein.Limit(partner, percent);
                if (edits == last)
                {
                    continue;
                }

                last = edits;
                for (var segment = 0; segment <= edits; segment++)
                {
                    var (start, length) = Segment(text.Length, edits, segment);
                    hashes.Add(Hash(text.AsSpan(start, length), text.Length, edits, segment));
                    items.Add(item);
                }

                if (text.Length > OneCut)
                {
                    break;
                }
            }
        }

        _hashes = [.. hashes];
        _items = [.. items];
        Array.Sort(_hashes, _items);
        var bits = Math.Clamp(System.Numerics.BitOperations.Log2((uint)Math.Max(1, _hashes.Length)) + 1, 1, 26);
        _shift = 64 - bits;
        _bucket = new int[(1 << bits) + 1];
        foreach (var hash in _hashes)
        {
            _bucket[(hash >> _shift) + 1]++;
        }

        for (var i = 1; i < _bucket.Length; i++)
        {
            _bucket[i] += _bucket[i - 1];
        }
    }

    /// <summary>
    /// Every indexed item, not longer than the text, whose score with it may reach the percentage; each once, in no
    /// particular order. Items of equal text are among them.
    /// </summary>
    /// <param name="text">The longer text.</param>
    /// <param name="seen">One number for each item, below <paramref name="stamp"/>; marks what was found.</param>
    /// <param name="stamp">A number greater than in any call before.</param>
    /// <param name="found">Is cleared and filled.</param>
    public void Candidates(string text, int[] seen, int stamp, List<int> found)
    {
        found.Clear();
        var reach = Levenshtein.Limit(text.Length, _percent);
        for (var length = Math.Max(1, text.Length - reach); length <= Math.Min(text.Length, _lengths.Length - 1); length++)
        {
            if (!_lengths[length])
            {
                continue;
            }

            var edits = length > OneCut ? Levenshtein.Limit(LongestPartner(length), _percent) : reach;
            var longer = text.Length - length;
            for (var segment = 0; segment <= edits; segment++)
            {
                var (start, size) = Segment(length, edits, segment);
                var from = Math.Max(0, Math.Max(start - segment, start + longer - (edits - segment)));
                var to = Math.Min(text.Length - size, Math.Min(start + segment, start + longer + (edits - segment)));
                for (var at = from; at <= to; at++)
                {
                    Collect(Hash(text.AsSpan(at, size), length, edits, segment), seen, stamp, found);
                }
            }
        }
    }

    private void Collect(ulong hash, int[] seen, int stamp, List<int> found)
    {
        var bucket = (int)(hash >> _shift);
        for (var i = _bucket[bucket]; i < _bucket[bucket + 1]; i++)
        {
            if (_hashes[i] == hash && seen[_items[i]] != stamp)
            {
                seen[_items[i]] = stamp;
                found.Add(_items[i]);
            }
        }
    }

    // The longest text that can still reach the percentage with one of this length.
    private int LongestPartner(int length) => (int)(100L * length / _percent);

    // The first segments are the shorter ones.
    private static (int Start, int Length) Segment(int length, int edits, int segment)
    {
        var size = length / (edits + 1);
        var shorter = edits + 1 - (length - (size * (edits + 1)));
        return segment < shorter
            ? (segment * size, size)
            : ((segment * size) + (segment - shorter), size + 1);
    }

    // FNV-1a over UTF-16 units, seeded by length, τ and segment, with the finaliser of MurmurHash3 so that high bits spread.
    private static ulong Hash(ReadOnlySpan<char> segment, int length, int edits, int index)
    {
        var hash = 14695981039346656037UL ^ (((ulong)length << 40) | ((ulong)edits << 20) | (uint)index);
        hash *= 1099511628211UL;
        foreach (var unit in segment)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        return hash ^ (hash >> 33);
    }
}
