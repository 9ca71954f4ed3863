namespace CustomerInsights.Core.Unification.Matching;

/// <summary>
/// Finds all pairs of texts whose score can reach a percentage, without losing one: the partition filter of Pass-Join (Li,
/// Deng, Wang, Feng: PVLDB 5, 2011). A text cut into τ + 1 segments keeps one of them whole under τ edits, at a place that the
/// multi-match-aware bounds of the paper narrow down.
/// </summary>
/// <remarks>
/// <para>The longer text of a pair asks; the shorter is in the index. τ follows from the longer length, so a short text is indexed
/// once for each τ that a possible partner can bring (two or three), and a text above <see cref="OneCut"/> units only for the
/// largest, which is still complete and merely less selective. Hashes may collide: that adds candidates and loses none.</para>
/// <para>An addition to the paper: where many texts end (or begin) alike, as e-mail addresses do, that affix is left out and only
/// the rest is cut. It stays complete, because edits in the affix only leave fewer for the rest, and the proof of the bounds
/// (the first segment i up to which there are at most i edits has none itself) counts edits beyond the last segment to the
/// right side anyway; for a beginning, read it backwards. Without it all addresses of one domain would be candidates.</para>
/// </remarks>
internal sealed class SegmentIndex
{
    private const int OneCut = 32;

    private readonly int _percent;
    private readonly ulong[] _hashes; // distinct, ascending
    private readonly int[] _run; // hash h has the postings _run[h] to _run[h + 1] − 1
    private readonly int[] _items;
    private readonly long[] _weights; // of all postings before
    private readonly int[] _bucket;
    private readonly int _shift;
    private readonly Dictionary<(int Length, int Edits), List<Cut>> _cuts = [];
    private readonly bool[] _lengths;

    /// <summary>Indexes the items with a weight above 0.</summary>
    /// <param name="texts">Distinct, none empty.</param>
    /// <param name="weights">Pairs that a hit on the item stands for.</param>
    /// <param name="percent">80 to 99.</param>
    public SegmentIndex(string[] texts, int[] weights, int percent)
    {
        _percent = percent;
        var affixes = new FrequentAffixes(texts);
        var hashes = new List<ulong>();
        var items = new List<int>();
        _lengths = new bool[texts.Select(t => t.Length).DefaultIfEmpty().Max() + 1];
        for (var item = 0; item < texts.Length; item++)
        {
            if (weights[item] > 0)
            {
                _lengths[texts[item].Length] = true;
                Index(texts[item], affixes, item, hashes, items);
            }
        }

        ulong[] sorted = [.. hashes];
        _items = [.. items];
        Array.Sort(sorted, _items);
        _weights = new long[_items.Length + 1];
        var distinct = new List<ulong>();
        var run = new List<int>();
        for (var i = 0; i < sorted.Length; i++)
        {
            _weights[i + 1] = _weights[i] + weights[_items[i]];
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                distinct.Add(sorted[i]);
                run.Add(i);
            }
        }

        run.Add(sorted.Length);
        (_hashes, _run) = ([.. distinct], [.. run]);
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

    /// <summary>The weight of all postings that <see cref="Candidates"/> would visit for the text: an upper bound of its work.</summary>
    /// <param name="text">The longer text.</param>
    /// <param name="runs">A buffer.</param>
    public long Bill(string text, List<int> runs)
    {
        var bill = 0L;
        Runs(text, runs);
        foreach (var run in runs)
        {
            bill += _weights[_run[run + 1]] - _weights[_run[run]];
        }

        return bill;
    }

    /// <summary>
    /// Every indexed item, not longer than the text, whose score with it may reach the percentage; each once, in no
    /// particular order. An item of equal text is among them.
    /// </summary>
    /// <param name="text">The longer text.</param>
    /// <param name="seen">One number for each item, below <paramref name="stamp"/>; marks what was found.</param>
    /// <param name="stamp">A number greater than in any call before.</param>
    /// <param name="runs">A buffer.</param>
    /// <param name="found">Is cleared and filled.</param>
    public void Candidates(string text, int[] seen, int stamp, List<int> runs, List<int> found)
    {
        found.Clear();
        Runs(text, runs);
        foreach (var run in runs)
        {
            for (var i = _run[run]; i < _run[run + 1]; i++)
            {
                var item = _items[i];
                if (seen[item] != stamp)
                {
                    seen[item] = stamp;
                    found.Add(item);
                }
            }
        }
    }

    private void Runs(string text, List<int> runs)
    {
        runs.Clear();
        var reach = Levenshtein.Limit(text.Length, _percent);
        for (var length = Math.Max(1, text.Length - reach); length <= Math.Min(text.Length, _lengths.Length - 1); length++)
        {
            var edits = length > OneCut ? Levenshtein.Limit(LongestPartner(length), _percent) : reach;
            if (!_lengths[length] || !_cuts.TryGetValue((length, edits), out var cuts))
            {
                continue;
            }

            var longer = text.Length - length;
            foreach (var cut in cuts)
            {
                for (var segment = 0; segment <= edits; segment++)
                {
                    var (start, size) = Segment(cut, edits, segment);
                    var from = Math.Max(0, Math.Max(start - segment, start + longer - (edits - segment)));
                    var to = Math.Min(text.Length - size, Math.Min(start + segment, start + longer + (edits - segment)));
                    var seed = Seed(length, edits, cut, segment);
                    for (var at = from; at <= to; at++)
                    {
                        var run = Find(Hash(seed, text, at, size));
                        if (run >= 0)
                        {
                            runs.Add(run);
                        }
                    }
                }
            }
        }
    }

    private int Find(ulong hash)
    {
        var bucket = (int)(hash >> _shift);
        for (var i = _bucket[bucket]; i < _bucket[bucket + 1]; i++)
        {
            if (_hashes[i] == hash)
            {
                return i;
            }
        }

        return -1;
    }

    private void Index(string text, FrequentAffixes affixes, int item, List<ulong> hashes, List<int> items)
    {
        var last = -1;
        for (var partner = LongestPartner(text.Length); partner >= text.Length; partner--)
        {
            var edits = Levenshtein.Limit(partner, _percent);
            if (edits != last)
            {
                last = edits;
                var cut = affixes.CutOf(item, edits);
                if (!_cuts.TryGetValue((text.Length, edits), out var cuts))
                {
                    _cuts.Add((text.Length, edits), cuts = []);
                }

                if (!cuts.Contains(cut))
                {
                    cuts.Add(cut);
                }

                for (var segment = 0; segment <= edits; segment++)
                {
                    var (start, length) = Segment(cut, edits, segment);
                    hashes.Add(Hash(Seed(text.Length, edits, cut, segment), text, start, length));
                    items.Add(item);
                }
            }

            if (text.Length > OneCut)
            {
                return;
            }
        }
    }

    // The longest text that can still reach the percentage with one of this length.
    private int LongestPartner(int length) => (int)(100L * length / _percent);

    // The first segments are the shorter ones.
    private static (int Start, int Length) Segment(Cut cut, int edits, int segment)
    {
        var size = cut.Length / (edits + 1);
        var shorter = edits + 1 - (cut.Length - (size * (edits + 1)));
        return segment < shorter
            ? (cut.Start + (segment * size), size)
            : (cut.Start + (segment * size) + (segment - shorter), size + 1);
    }

    // FNV-1a over all that a segment must share, then over its UTF-16 units.
    private static ulong Seed(int length, int edits, Cut cut, int segment)
    {
        var hash = 14695981039346656037UL;
        hash = (hash ^ (((ulong)length << 32) | (uint)edits)) * 1099511628211UL;
        hash = (hash ^ (((ulong)cut.Start << 32) | (uint)cut.Length)) * 1099511628211UL;
        return (hash ^ (uint)segment) * 1099511628211UL;
    }

    // The finaliser of MurmurHash3 brings the low bits, where the last units are, into the high ones that choose the bucket.
    private static ulong Hash(ulong seed, string text, int at, int size)
    {
        var hash = seed;
        for (var i = at; i < at + size; i++)
        {
            hash = (hash ^ text[i]) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        return hash ^ (hash >> 33);
    }
}

/// <summary>The part of a text that is cut into segments. It reaches the beginning or the end of the text, or both.</summary>
internal readonly record struct Cut(int Start, int Length);
