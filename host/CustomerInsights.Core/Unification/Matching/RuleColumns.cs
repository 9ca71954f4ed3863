namespace CustomerInsights.Core.Unification.Matching;

/// <summary>One condition ready to run: an id at each position.</summary>
internal sealed record ConditionColumn(Interner Interner, int[] Ids, int Percent, bool Differs, string Field);

/// <summary>
/// A rule laid out over the rows it concerns. Positions 0 to LeftCount−1 are the left side; the rest are the right side. A
/// deduplication rule has no left side and compares the right side with itself.
/// </summary>
/// <remarks>
/// Rows with equal ids in every column behave equally, so they form one <em>signature</em> and are compared once. Rows equal
/// in the exact conditions form one <em>block</em>: no pair across blocks can match.
/// </remarks>
internal sealed class RuleColumns
{
    public required int[] Rows { get; init; }

    public required int LeftCount { get; init; }

    public required bool Self { get; init; }

    public required ConditionColumn[] Exact { get; init; }

    public required ConditionColumn[] Fuzzy { get; init; }

    public required ConditionColumn[][] Exceptions { get; init; }

    /// <summary>Block at each position, −1 where a condition has no value so that the row cannot match.</summary>
    public required int[] Block { get; init; }

    /// <summary>Signature at each position, −1 as above.</summary>
    public required int[] Signature { get; init; }

    /// <summary>Pairs of rows that are left after each exact condition.</summary>
    public required long[] ExactPairs { get; init; }

    public static RuleColumns Build(MatchRule rule, RecordTable table, ValueColumns values, int[] left, int[] right, DeniedRows denied)
    {
        int[] rows = [.. left, .. right];
        var self = left.Length == 0;
        ConditionColumn[] conditions = [.. rule.Conditions.Select(c => Column(c, table, values, rows, left.Length))];
        ConditionColumn[] exact = [.. conditions.Where(c => c.Percent == 100)];
        ConditionColumn[] fuzzy = [.. conditions.Where(c => c.Percent < 100)];
        ConditionColumn[][] exceptions =
            [.. rule.Exceptions.Select(e => e.Conditions.Select(c => Column(c, table, values, rows, left.Length)).ToArray())];

        var current = new int[rows.Length];
        var exactPairs = new long[exact.Length];
        for (var c = 0; c < exact.Length; c++)
        {
            current = Combine(current, exact[c].Ids, missingIsOut: true);
            exactPairs[c] = CountPairs(current, left.Length, self);
        }

        var block = current;
        current = fuzzy.Aggregate(current, (ids, column) => Combine(ids, column.Ids, missingIsOut: true));
        current = exceptions.SelectMany(e => e).Aggregate(current, (ids, column) => Combine(ids, column.Ids, missingIsOut: false));

        // A row with a denied partner is a signature of its own, so that the pair can be told from its look-alikes.
        if (denied.Any)
        {
            current = Combine(current, [.. rows.Select(r => denied.Contains(r) ? r + 2 : 1)], missingIsOut: false);
        }

        return new RuleColumns
        {
            Rows = rows,
            LeftCount = left.Length,
            Self = self,
            Exact = exact,
            Fuzzy = fuzzy,
            Exceptions = exceptions,
            Block = block,
            Signature = current,
            ExactPairs = exactPairs,
        };
    }

    /// <summary>Pairs of rows that share an id: the exact bill of a hash join.</summary>
    public static long CountPairs(int[] ids, int leftCount, bool self)
    {
        var left = new long[ids.Length];
        long pairs = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] < 0)
            {
                continue;
            }

            if (self)
            {
                pairs += left[ids[i]]++;
            }
            else if (i < leftCount)
            {
                left[ids[i]]++;
            }
            else
            {
                pairs += left[ids[i]];
            }
        }

        return pairs;
    }

    private static ConditionColumn Column(MatchCondition condition, RecordTable table, ValueColumns values, int[] rows, int leftCount)
    {
        var ids = new int[rows.Length];
        for (var i = 0; i < rows.Length;)
        {
            var stream = table.StreamOf[rows[i]];
            var column = values.Column(condition, stream, i < leftCount ? condition.LeftField ?? condition.Field : condition.Field);
            var start = table.Start[stream];
            for (var end = i < leftCount ? leftCount : rows.Length; i < end && table.StreamOf[rows[i]] == stream; i++)
            {
                ids[i] = column[rows[i] - start];
            }
        }

        return new ConditionColumn(values.InternerOf(condition), ids, condition.Percent, condition.Differs, condition.Field);
    }

    /// <summary>Numbers the pairs (current, next) in order of first appearance.</summary>
    private static int[] Combine(int[] current, int[] next, bool missingIsOut)
    {
        var known = new Dictionary<long, int>();
        var combined = new int[current.Length];
        for (var i = 0; i < current.Length; i++)
        {
            if (current[i] < 0 || (missingIsOut && next[i] == 0))
            {
                combined[i] = -1;
                continue;
            }

            var key = ((long)current[i] << 32) | (uint)next[i];
            if (!known.TryGetValue(key, out var id))
            {
                known.Add(key, id = known.Count);
            }

            combined[i] = id;
        }

        return combined;
    }
}

/// <summary>Denied pairs as rows.</summary>
internal sealed class DeniedRows
{
    private readonly HashSet<(int, int)> _pairs = [];
    private readonly HashSet<int> _rows = [];

    public bool Any => _pairs.Count > 0;

    public void Add(int left, int right)
    {
        _pairs.Add((Math.Min(left, right), Math.Max(left, right)));
        _rows.Add(left);
        _rows.Add(right);
    }

    public bool Contains(int row) => _rows.Contains(row);

    public bool Contains(int left, int right) => _pairs.Contains((Math.Min(left, right), Math.Max(left, right)));
}
