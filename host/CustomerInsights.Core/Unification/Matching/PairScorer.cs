namespace CustomerInsights.Core.Unification.Matching;

/// <summary>
/// Judges one pair of signatures of one block: the fuzzy conditions, then the exceptions. Keeps its own counters and buffers:
/// one scorer for each piece of work, added up afterwards.
/// </summary>
internal sealed class PairScorer
{
    private readonly RuleColumns _columns;
    private readonly SignatureSet _left;
    private readonly SignatureSet _right;
    private readonly DeniedRows _denied;
    private readonly Levenshtein.Pattern[] _patterns;
    private readonly int[] _patternIds;
    private readonly Levenshtein.Pattern _exceptionPattern = new();

    public PairScorer(RuleColumns columns, SignatureSet left, SignatureSet right, DeniedRows denied)
    {
        (_columns, _left, _right, _denied) = (columns, left, right, denied);
        _patterns = [.. columns.Fuzzy.Select(_ => new Levenshtein.Pattern())];
        _patternIds = new int[columns.Fuzzy.Length];
        FuzzyPairs = new long[columns.Fuzzy.Length];
    }

    /// <summary>Pairs of rows that satisfied each fuzzy condition.</summary>
    public long[] FuzzyPairs { get; }

    /// <summary>Pairs of rows that the rule joins.</summary>
    public long Pairs { get; private set; }

    public List<Hit> Hits { get; set; } = [];

    /// <summary>
    /// Judges a pair and keeps it if the rule holds. In a deduplication rule the two may be one signature: its rows among
    /// themselves.
    /// </summary>
    /// <param name="left">Signature on the left side.</param>
    /// <param name="right">Signature on the right side.</param>
    /// <param name="known">A fuzzy condition whose distance is known already, or −1.</param>
    /// <param name="distance">That distance.</param>
    public void Judge(int left, int right, int known = -1, int distance = 0)
    {
        var pairs = _columns.Self && left == right
            ? _left.Count(left) * (_left.Count(left) - 1) / 2
            : _left.Count(left) * _right.Count(right);
        if (pairs == 0)
        {
            return;
        }

        var a = _left.Position[left];
        var b = _right.Position[right];
        var score = 1.0;
        if (known >= 0 && !Keep(known, distance, a, b, pairs, ref score))
        {
            return;
        }

        for (var f = 0; f < _columns.Fuzzy.Length; f++)
        {
            if (f != known && !Keep(f, Distance(f, a, b), a, b, pairs, ref score))
            {
                return;
            }
        }

        if (IsDenied(a, b) || IsException(a, b))
        {
            return;
        }

        Pairs += pairs;
        Hits.Add(new Hit(left, right, score));
    }

    private bool Keep(int condition, int distance, int a, int b, long pairs, ref double score)
    {
        var column = _columns.Fuzzy[condition];
        var length = Math.Max(column.Interner.Text(column.Ids[a]).Length, column.Interner.Text(column.Ids[b]).Length);
        if (distance > Levenshtein.Limit(length, column.Percent))
        {
            return false;
        }

        FuzzyPairs[condition] += pairs;
        score = Math.Min(score, Levenshtein.Score(distance, length));
        return true;
    }

    private int Distance(int condition, int a, int b)
    {
        var column = _columns.Fuzzy[condition];
        var (left, right) = (column.Ids[a], column.Ids[b]);
        if (left == right)
        {
            return 0;
        }

        var (text, other) = (column.Interner.Text(left), column.Interner.Text(right));
        var limit = Levenshtein.Limit(Math.Max(text.Length, other.Length), column.Percent);
        var (longer, shorter) = text.Length >= other.Length ? (left, right) : (right, left);
        if (LetterBags.TooFar(column.Interner.Bag(longer), column.Interner.Bag(shorter), Math.Max(text.Length, other.Length), limit))
        {
            return limit + 1;
        }

        if (_patternIds[condition] != left)
        {
            _patternIds[condition] = left;
            _patterns[condition].Set(text);
        }

        return _patterns[condition].Distance(other, limit);
    }

    private bool IsDenied(int a, int b) => _denied.Any && _denied.Contains(_columns.Rows[a], _columns.Rows[b]);

    private bool IsException(int a, int b)
    {
        foreach (var exception in _columns.Exceptions)
        {
            var holds = true;
            foreach (var condition in exception)
            {
                holds = holds && Holds(condition, a, b);
            }

            if (holds)
            {
                return true;
            }
        }

        return false;
    }

    private bool Holds(ConditionColumn condition, int a, int b)
    {
        var (left, right) = (condition.Ids[a], condition.Ids[b]);
        if (left == 0 || right == 0)
        {
            return false;
        }

        var agrees = left == right;
        if (!agrees && condition.Percent < 100)
        {
            var (text, other) = (condition.Interner.Text(left), condition.Interner.Text(right));
            var limit = Levenshtein.Limit(Math.Max(text.Length, other.Length), condition.Percent);
            _exceptionPattern.Set(text);
            agrees = _exceptionPattern.Distance(other, limit) <= limit;
        }

        return agrees != condition.Differs;
    }
}

/// <summary>Two signatures that the rule joins.</summary>
internal readonly record struct Hit(int Left, int Right, double Score);
