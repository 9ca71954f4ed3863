namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>
/// A whole number that depends on the day of a date, or on the UTC day of a time, alone, such as its month: computed once a day and
/// looked up from then on.
/// </summary>
internal sealed class DayVector : VectorNode<long>
{
    private readonly ScaledColumn _times;
    private readonly VectorNode<long> _ticks;
    private readonly Func<long, long> _ofTicks;
    private readonly long _firstDay;
    private readonly long _day;
    private readonly long[] _table;

    /// <summary>Over a column of dates or times whose encoding spans few enough days.</summary>
    public DayVector(ScaledColumn times, Func<long, long> ofTicks)
    {
        _times = times;
        _ticks = new ScaledVector(times);
        _ofTicks = ofTicks;
        _day = DayOf(times);
        var (first, last) = Days(times);
        _firstDay = first;
        _table = new long[last - first + 1];
        Array.Fill(_table, long.MinValue);
    }

    /// <summary>A function of the number, looked up by day as well.</summary>
    public DayVector Then(Func<long, long> map) => new(_times, ticks => map(_ofTicks(ticks)));

    /// <summary>Whether the table would be small.</summary>
    public static bool Fits(ScaledColumn times) => Days(times) is var (first, last) && last - first < 400_000;

    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        _ticks.Fill(extent, scratch, values, present);
        for (var i = 0; i < extent.Rows; i++)
        {
            var day = (_day == 1 ? values[i] : (long)((ulong)values[i] / TimeSpan.TicksPerDay)) - _firstDay;

            // What a missing row holds may be no day at all.
            values[i] = (ulong)day < (ulong)_table.Length ? Of(day) : 0;
        }
    }

    // Two threads may compute a day at the same time; they write the same number.
    private long Of(long day)
    {
        var known = Volatile.Read(ref _table[day]);
        if (known == long.MinValue)
        {
            Volatile.Write(ref _table[day], known = _ofTicks((day + _firstDay) * _day));
        }

        return known;
    }

    // What one day is in the column's numbers.
    private static long DayOf(ScaledColumn times) => times.Type == Model.DataType.Date ? 1 : TimeSpan.TicksPerDay;

    private static (long First, long Last) Days(ScaledColumn times)
    {
        var calendar = DateOnly.MaxValue.DayNumber * DayOf(times);
        var half = times.Width is 0 or 8 ? 0 : (Int128)1 << ((8 * times.Width) - 1);
        var least = times.Width == 8 ? 0 : Int128.Max(0, times.Base - (half * times.Step));
        var most = times.Width == 8 ? calendar : Int128.Min(calendar, times.Base + (half * times.Step));
        return ((long)(least / DayOf(times)), (long)(most / DayOf(times)));
    }
}
