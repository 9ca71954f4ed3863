namespace CustomerInsights.Core.Unification.Matching;

/// <summary>What a rule found.</summary>
internal sealed record JoinResult(
    RuleOutcome Outcome, string? Reason, string Blocking, long Candidates, long NotCompared, long Pairs, long[] ExactPairs, long[] FuzzyPairs)
{
    /// <summary>Joined signatures, ordered. In matching only the best of each right signature, unless all were asked for.</summary>
    public required Hit[] Hits { get; init; }

    public required SignatureSet Left { get; init; }

    public required SignatureSet Right { get; init; }
}

/// <summary>
/// Finds every pair of records that a rule joins. The exact conditions split the rows into blocks by hash join; inside a block
/// either all pairs are judged or one fuzzy condition of at least 0.80 leads through a <see cref="TextJoin"/>, whichever has
/// the smaller exact bill. All are complete: no pair is lost to blocking.
/// </summary>
internal sealed class RuleJoin
{
    /// <summary>A fuzzy condition below this cannot lead: too little of the text must stay whole.</summary>
    public const int LeadingPercent = 80;

    // Pieces are cut by size of work alone, never by thread count.
    private const long PairsPerPiece = 500_000;

    private readonly RuleColumns _columns;
    private readonly DeniedRows _denied;
    private readonly UnifierLimits _limits;
    private readonly bool _keepAll;
    private readonly CancellationToken _cancellation;
    private readonly SignatureSet _left;
    private readonly SignatureSet _right;
    private readonly List<PairScorer> _scorers = [];

    public RuleJoin(RuleColumns columns, DeniedRows denied, UnifierLimits limits, bool keepAll, CancellationToken cancellation)
    {
        (_columns, _denied, _limits, _keepAll, _cancellation) = (columns, denied, limits, keepAll, cancellation);
        var signatures = columns.Signature.DefaultIfEmpty(-1).Max() + 1;
        Blocks = columns.Block.DefaultIfEmpty(-1).Max() + 1;
        _right = new SignatureSet(columns, columns.LeftCount, columns.Rows.Length, signatures, Blocks);
        _left = columns.Self ? _right : new SignatureSet(columns, 0, columns.LeftCount, signatures, Blocks);
    }

    /// <summary>Blocks of up to this many pairs are judged whole: there the index costs more than it saves.</summary>
    public long AllPairs { get; init; } = 20_000;

    private int Blocks { get; }

    public JoinResult Run()
    {
        var bill = 0L;
        var notCompared = 0L;
        var largest = 0L;
        var small = new List<int>();
        var large = new List<(int Block, TextJoin? Join)>();
        var leads = new SortedSet<string>(StringComparer.Ordinal);
        for (var block = 0; block < Blocks; block++)
        {
            var all = AllPairsOf(block);
            if (all <= AllPairs && !(Unblocked && all > _limits.UnblockedPairs))
            {
                bill += all;
                small.Add(block);
                continue;
            }

            var (join, cost) = Cheapest(block, all, leads);
            if (cost > (Unblocked ? _limits.UnblockedPairs : _limits.PairsPerBlock))
            {
                notCompared += cost;
                largest = Math.Max(largest, cost);
                continue;
            }

            bill += cost;
            large.Add((block, join));
        }

        if (Unblocked && notCompared > 0)
        {
            return Nothing(notCompared, $"All conditions are below 0.80, so that {notCompared:N0} pairs of distinct values would have to be compared; the limit is {_limits.UnblockedPairs:N0}. Add an exact condition, or raise one precision to high.");
        }

        if (bill > _limits.PairsPerRule)
        {
            return Nothing(bill + notCompared, $"{bill:N0} pairs of distinct values would have to be compared; the limit for a rule is {_limits.PairsPerRule:N0}. Add an exact condition, or raise a precision.");
        }

        RunSmall(small);
        foreach (var (block, join) in large)
        {
            RunLarge(block, join);
        }

        var reason = notCompared == 0 ? null
            : $"Blocks of equal exact values were left out because they are too large: {notCompared:N0} pairs in all, {largest:N0} in the largest; the limit for a block is {_limits.PairsPerBlock:N0}. Bypass the value that so many records share, or add an exact condition.";
        return Result(reason is null ? RuleOutcome.Complete : RuleOutcome.Partial, reason, bill, notCompared, leads);
    }

    private bool Unblocked => _columns.Exact.Length == 0 && _columns.Fuzzy.All(f => f.Percent < LeadingPercent);

    private long AllPairsOf(int block)
    {
        long right = _right.Block(block).Length;
        return _columns.Self ? right * (right + 1) / 2 : _left.Block(block).Length * right;
    }

    /// <summary>The way through a block that judges the fewest pairs; null for all pairs.</summary>
    private (TextJoin? Join, long Bill) Cheapest(int block, long all, SortedSet<string> leads)
    {
        TextJoin? best = null;
        var cost = all;
        for (var f = 0; f < _columns.Fuzzy.Length && all > AllPairs; f++)
        {
            if (_columns.Fuzzy[f].Percent < LeadingPercent)
            {
                continue;
            }

            var join = new TextJoin(_columns, f, _left, _right, block);
            var bills = new long[Pieces(join.Items, 2000)];
            Parallel(bills.Length, piece => bills[piece] = join.Bill(Cut(join.Items, bills.Length, piece), Cut(join.Items, bills.Length, piece + 1)));
            if (bills.Sum() < cost)
            {
                (best, cost) = (join, bills.Sum());
                leads.Add($"similar {_columns.Fuzzy[f].Field}");
            }
        }

        return (best, cost);
    }

    private void RunSmall(List<int> blocks)
    {
        var pieces = new List<(int From, int To)>();
        var work = 0L;
        var from = 0;
        for (var i = 0; i < blocks.Count; i++)
        {
            work += AllPairsOf(blocks[i]) + 1;
            if (work >= PairsPerPiece || i == blocks.Count - 1)
            {
                pieces.Add((from, i + 1));
                (from, work) = (i + 1, 0);
            }
        }

        Judge(pieces.Count, (piece, scorer) =>
        {
            for (var i = pieces[piece].From; i < pieces[piece].To; i++)
            {
                JudgeRights(blocks[i], 0, _right.Block(blocks[i]).Length, scorer);
            }
        });
    }

    private void RunLarge(int block, TextJoin? join)
    {
        if (join is not null)
        {
            var pieces = Pieces(join.Items, 2000);
            Judge(pieces, (piece, scorer) => join.Run(Cut(join.Items, pieces, piece), Cut(join.Items, pieces, piece + 1), scorer));
            return;
        }

        var rights = _right.Block(block).Length;
        var count = (int)Math.Min(rights, Math.Max(1, AllPairsOf(block) / PairsPerPiece));
        Judge(count, (piece, scorer) => JudgeRights(block, Cut(rights, count, piece), Cut(rights, count, piece + 1), scorer));
    }

    private void JudgeRights(int block, int from, int to, PairScorer scorer)
    {
        var lefts = _left.Block(block);
        var rights = _right.Block(block);
        for (var r = from; r < to; r++)
        {
            var end = _columns.Self ? r + 1 : lefts.Length;
            for (var l = 0; l < end; l++)
            {
                scorer.Judge(lefts[l], rights[r]);
            }
        }
    }

    private void Judge(int pieces, Action<int, PairScorer> work)
    {
        var scorers = new PairScorer[pieces];
        Parallel(pieces, piece =>
        {
            scorers[piece] = new PairScorer(_columns, _left, _right, _denied);
            work(piece, scorers[piece]);
            if (!_columns.Self && !_keepAll)
            {
                scorers[piece].Hits = Best(scorers[piece].Hits);
            }
        });
        _scorers.AddRange(scorers);
    }

    /// <summary>For each right signature its best left one: highest score, then the smallest row, which is the earliest stream.</summary>
    private List<Hit> Best(List<Hit> hits)
    {
        var best = new Dictionary<int, Hit>();
        foreach (var hit in hits)
        {
            if (!best.TryGetValue(hit.Right, out var known)
                || hit.Score > known.Score
                || (hit.Score == known.Score && _left.Position[hit.Left] < _left.Position[known.Left]))
            {
                best[hit.Right] = hit;
            }
        }

        return [.. best.Values];
    }

    private JoinResult Result(RuleOutcome outcome, string? reason, long bill, long notCompared, SortedSet<string> leads)
    {
        var hits = _scorers.SelectMany(s => s.Hits).ToList();
        Hit[] ordered = [.. !_columns.Self && !_keepAll ? Best(hits) : hits];
        Array.Sort(ordered, static (a, b) => a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Right.CompareTo(b.Right));
        var fuzzy = new long[_columns.Fuzzy.Length];
        foreach (var scorer in _scorers)
        {
            for (var f = 0; f < fuzzy.Length; f++)
            {
                fuzzy[f] += scorer.FuzzyPairs[f];
            }
        }

        var blocking = string.Join(", ", _columns.Exact.Select(e => $"equal {e.Field}").Concat(leads));
        return new JoinResult(outcome, reason, blocking, bill, notCompared, _scorers.Sum(s => s.Pairs), _columns.ExactPairs, fuzzy)
        {
            Hits = ordered,
            Left = _left,
            Right = _right,
        };
    }

    private JoinResult Nothing(long pairs, string reason) =>
        new(RuleOutcome.Refused, reason, "", 0, pairs, 0, _columns.ExactPairs, new long[_columns.Fuzzy.Length])
        {
            Hits = [],
            Left = _left,
            Right = _right,
        };

    private void Parallel(int pieces, Action<int> work) => System.Threading.Tasks.Parallel.For(
        0,
        pieces,
        new ParallelOptions { CancellationToken = _cancellation, MaxDegreeOfParallelism = _limits.Threads > 0 ? _limits.Threads : -1 },
        work);

    private static int Pieces(int items, int each) => Math.Max(1, (items + each - 1) / each);

    private static int Cut(int items, int pieces, int piece) => (int)((long)items * piece / pieces);
}
