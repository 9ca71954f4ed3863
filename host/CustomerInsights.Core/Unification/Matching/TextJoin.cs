using System.Runtime.Intrinsics;

namespace CustomerInsights.Core.Unification.Matching;

/// <summary>
/// The similarity join of one fuzzy condition inside one block: distinct texts as items, each with the signatures that hold
/// it on either side.
/// </summary>
internal sealed class TextJoin
{
    private readonly RuleColumns _columns;
    private readonly int _condition;
    private readonly string[] _texts;
    private readonly Vector256<byte>[] _bags;
    private readonly int[] _firstOfLength;
    private readonly int[][] _left;
    private readonly int[][] _right;
    private readonly SegmentIndex _asked;
    private readonly SegmentIndex? _reversed;

    public TextJoin(RuleColumns columns, int condition, SignatureSet left, SignatureSet right, int block)
    {
        (_columns, _condition) = (columns, condition);
        var column = columns.Fuzzy[condition];
        var items = new Dictionary<int, (List<int> Left, List<int> Right)>();
        foreach (var signature in left.Block(block))
        {
            Item(column.Ids[left.Position[signature]]).Left.Add(signature);
        }

        foreach (var signature in right.Block(block))
        {
            Item(column.Ids[right.Position[signature]]).Right.Add(signature);
        }


        // By length, so that one posting list touches one small region of memory.
        var ordered = items.OrderBy(i => column.Interner.Text(i.Key).Length).ThenBy(i => i.Key).ToList();
        _texts = [.. ordered.Select(i => column.Interner.Text(i.Key))];
        _bags = [.. ordered.Select(i => column.Interner.Bag(i.Key))];
        _left = [.. ordered.Select(i => i.Value.Left.ToArray())];
        _right = [.. ordered.Select(i => i.Value.Right.ToArray())];
        _firstOfLength = new int[_texts.Length == 0 ? 1 : _texts[^1].Length + 1];
        for (var item = _texts.Length - 1; item >= 0; item--)
        {
            _firstOfLength[_texts[item].Length] = item;
        }

        _asked = new SegmentIndex(_texts, [.. _left.Select(s => s.Length)], column.Percent);

        // Between two sides the shorter text can be on either, so the other side needs its index too.
        _reversed = columns.Self ? null : new SegmentIndex(_texts, [.. _right.Select(s => s.Length)], column.Percent);

        (List<int> Left, List<int> Right) Item(int id)
        {
            if (!items.TryGetValue(id, out var lists))
            {
                items.Add(id, lists = ([], []));
            }

            return lists;
        }
    }

    public int Items => _texts.Length;

    /// <summary>The work of a run over these items: postings visited, each by the pairs of signatures it stands for.</summary>
    public long Bill(int from, int to)
    {
        long bill = 0;
        var runs = new List<int>();
        for (var item = from; item < to; item++)
        {
            if (_columns.Self || _right[item].Length > 0)
            {
                bill += _asked.Bill(_texts[item], runs) * _right[item].Length;
            }

            if (_reversed is not null && _left[item].Length > 0)
            {
                bill += _reversed.Bill(_texts[item], runs) * _left[item].Length;
            }
        }

        return bill;
    }

    /// <summary>Judges all pairs that these items ask for, each pair once over all items.</summary>
    public void Run(int from, int to, PairScorer scorer)
    {
        var buffers = new Buffers(_texts.Length);
        for (var item = from; item < to; item++)
        {
            buffers.Pattern.Set(_texts[item]);
            if (_columns.Self || _right[item].Length > 0)
            {
                // Among themselves the larger number asks, which is the longer text or one of equal length.
                Ask(_asked, item, _columns.Self ? item : int.MaxValue, buffers);
                foreach (var (other, distance) in buffers.Near)
                {
                    JudgeAll(other, item, distance, scorer);
                }
            }

            if (_reversed is not null && _left[item].Length > 0)
            {
                // Equal lengths were asked for from the right side already.
                Ask(_reversed, item, _firstOfLength[_texts[item].Length] - 1, buffers);
                foreach (var (other, distance) in buffers.Near)
                {
                    JudgeAll(item, other, distance, scorer);
                }
            }
        }
    }

    /// <summary>The indexed items up to a number that are near enough to the item.</summary>
    private void Ask(SegmentIndex index, int item, int last, Buffers buffers)
    {
        buffers.Near.Clear();
        index.Candidates(_texts[item], buffers.Seen, ++buffers.Stamp, buffers.Runs, buffers.Found);
        var length = _texts[item].Length;
        var limit = Levenshtein.Limit(length, _columns.Fuzzy[_condition].Percent);
        foreach (var other in buffers.Found)
        {
            if (other <= last && !LetterBags.TooFar(_bags[item], _bags[other], length, limit))
            {
                var distance = other == item ? 0 : buffers.Pattern.Distance(_texts[other], limit);
                if (distance <= limit)
                {
                    buffers.Near.Add((other, distance));
                }
            }
        }
    }

    private void JudgeAll(int a, int b, int distance, PairScorer scorer)
    {
        for (var i = 0; i < _left[a].Length; i++)
        {
            var rights = _columns.Self ? _left[b] : _right[b];
            for (var j = _columns.Self && a == b ? i : 0; j < rights.Length; j++)
            {
                scorer.Judge(_left[a][i], rights[j], _condition, distance);
            }
        }
    }

    private sealed class Buffers(int items)
    {
        public readonly Levenshtein.Pattern Pattern = new();
        public readonly int[] Seen = new int[items];
        public readonly List<int> Runs = [];
        public readonly List<int> Found = [];
        public readonly List<(int Other, int Distance)> Near = [];
        public int Stamp;
    }
}
