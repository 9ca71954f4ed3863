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

    /// <summary>Judges all pairs that these items ask for.</summary>
    public void Run(int from, int to, PairScorer scorer)
    {
        var walk = new Walk(this);
        var pattern = new Levenshtein.Pattern();
        var percent = _columns.Fuzzy[_condition].Percent;
        for (var item = from; item < to; item++)
        {
            pattern.Set(_texts[item]);
            walk.Partners(item, (a, b) =>
            {
                var other = a == item ? b : a;
                var limit = Levenshtein.Limit(_texts[item].Length, percent);
                var distance = a == b ? 0
                    : LetterBags.TooFar(_bags[item], _bags[other], _texts[item].Length, limit) ? limit + 1
                    : pattern.Distance(_texts[other], limit);
                if (distance <= limit)
                {
                    JudgeAll(a, b, distance, scorer);
                }
            });
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

    /// <summary>Walks the candidate pairs (left item, right item), each once over all items.</summary>
    private sealed class Walk(TextJoin join)
    {
        private readonly int[] _seen = new int[join._texts.Length];
        private readonly List<int> _runs = [];
        private readonly List<int> _found = [];
        private int _stamp;

        public void Partners(int item, Action<int, int> pair)
        {
            var texts = join._texts;
            if (join._columns.Self || join._right[item].Length > 0)
            {
                join._asked.Candidates(texts[item], _seen, ++_stamp, _runs, _found);
                foreach (var left in _found)
                {
                    // Among equals in length the larger number asks, so that a pair comes once.
                    if (!join._columns.Self || texts[left].Length < texts[item].Length || left <= item)
                    {
                        pair(left, item);
                    }
                }
            }

            if (join._reversed is { } reversed && join._left[item].Length > 0)
            {
                reversed.Candidates(texts[item], _seen, ++_stamp, _runs, _found);
                foreach (var right in _found)
                {
                    if (texts[right].Length < texts[item].Length)
                    {
                        pair(item, right);
                    }
                }
            }
        }
    }
}
