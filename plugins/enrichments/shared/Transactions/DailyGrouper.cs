namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// Groups histories in whole days as they stream by: one probe in a table with open addressing each. Ten million customers of two years make about
/// 1.7 million rows.
/// </summary>
internal sealed class DailyGrouper
{
    /// <summary>The longest time and the most orders that a row can hold: 2^21 - 1.</summary>
    public const int Most = (1 << 21) - 1;

    private int[] _slots = new int[1 << 12];
    private ulong[] _keys = new ulong[1 << 11];
    private int[] _counts = new int[1 << 11];
    private int _used;
    private int _longest;
    private double _logIntervals;

    /// <summary>How many distinct rows there are.</summary>
    public int Count => _used;

    /// <summary>Adds a customer.</summary>
    /// <param name="orders">x, 0 to <see cref="Most"/>.</param>
    /// <param name="last">t_x in days, 0 to <paramref name="age"/>.</param>
    /// <param name="age">T in days, to <see cref="Most"/>.</param>
    /// <param name="logIntervals">Sum of the logarithms of the intervals between orders, in days; 0 where it is not needed.</param>
    /// <returns>The number of the row; rows are numbered as they come up.</returns>
    public int Add(int orders, int last, int age, double logIntervals = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(orders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orders, Most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(age, Most);
        ArgumentOutOfRangeException.ThrowIfNegative(last);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, age);
        _logIntervals += logIntervals;
        _longest = Math.Max(_longest, age);
        var key = ((ulong)orders << 42) | ((ulong)last << 21) | (uint)age;
        var at = Place(key, _slots.Length);
        while (_slots[at] is var row and not 0)
        {
            if (_keys[row - 1] == key)
            {
                _counts[row - 1]++;
                return row - 1;
            }

            at = (at + 1) & (_slots.Length - 1);
        }

        if (_used == _keys.Length)
        {
            Grow();
            at = Place(key, _slots.Length);
            while (_slots[at] != 0)
            {
                at = (at + 1) & (_slots.Length - 1);
            }
        }

        _keys[_used] = key;
        _counts[_used] = 1;
        _slots[at] = ++_used;
        return _used - 1;
    }

    /// <summary>The row of a history.</summary>
    /// <param name="orders">x.</param>
    /// <param name="last">t_x in days.</param>
    /// <param name="age">T in days.</param>
    /// <returns>Its number, or -1 when it was never added.</returns>
    public int Find(int orders, int last, int age)
    {
        var key = ((ulong)orders << 42) | ((ulong)last << 21) | (uint)age;
        for (var at = Place(key, _slots.Length); _slots[at] is var row and not 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_keys[row - 1] == key)
            {
                return row - 1;
            }
        }

        return -1;
    }

    /// <summary>The table of what was added so far.</summary>
    public HistoryTable ToTable()
    {
        var orders = new int[_used];
        var last = new int[_used];
        var age = new int[_used];
        var weights = new double[_used];
        for (var row = 0; row < _used; row++)
        {
            var key = _keys[row];
            orders[row] = (int)(key >> 42);
            last[row] = (int)(key >> 21) & Most;
            age[row] = (int)key & Most;
            weights[row] = _counts[row];
        }

        return HistoryTable.OfDays(orders, last, age, weights, _longest, _logIntervals);
    }

    private static int Place(ulong key, int length) => (int)((key * 0x9E3779B97F4A7C15UL) >> 32) & (length - 1);

    private void Grow()
    {
        Array.Resize(ref _keys, 2 * _keys.Length);
        Array.Resize(ref _counts, _keys.Length);
        _slots = new int[2 * _keys.Length];
        for (var row = 0; row < _used; row++)
        {
            var at = Place(_keys[row], _slots.Length);
            while (_slots[at] != 0)
            {
                at = (at + 1) & (_slots.Length - 1);
            }

            _slots[at] = row + 1;
        }
    }
}
