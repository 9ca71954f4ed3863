namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>The rows whose scaled number lies within an interval, compared as it is stored.</summary>
internal sealed class ScaledRangeBits : BitsNode
{
    private readonly ScaledColumn _column;
    private readonly bool _negated;
    private readonly long _low;
    private readonly ulong _width;

    private ScaledRangeBits(ScaledColumn column, long low, long high, bool negated)
    {
        _column = column;
        _low = low;
        _width = unchecked((ulong)high - (ulong)low);
        _negated = negated;
    }

    /// <summary>The rows that have a value within the interval, or a value outside.</summary>
    public static BitsNode Of(ScaledColumn column, Interval interval, bool negated)
    {
        var half = column.Width == 0 ? 0 : (Int128)1 << ((8 * column.Width) - 1);
        var low = Int128.Max(-half, DivideUp(interval.Low - column.Base, column.Step));
        var high = Int128.Min(column.Width == 0 ? 0 : half - 1, DivideDown(interval.High - column.Base, column.Step));
        if (interval.IsEmpty || low > high)
        {
            return negated ? new PresentBits(column, missing: false) : new ConstantBits(false);
        }

        if (low == -half && (column.Width == 0 || high == half - 1))
        {
            return negated ? new ConstantBits(false) : new PresentBits(column, missing: false);
        }

        return new ScaledRangeBits(column, (long)low, (long)high, negated);
    }

    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        switch (_column.Width)
        {
            case 1:
                RangeKernels.InRange(_column.Stored<byte>().Slice(extent.FirstRow, extent.Rows), unchecked((byte)_low), (byte)_width, into);
                break;
            case 2:
                RangeKernels.InRange(_column.Stored<ushort>().Slice(extent.FirstRow, extent.Rows), unchecked((ushort)_low), (ushort)_width, into);
                break;
            case 4:
                RangeKernels.InRange(_column.Stored<uint>().Slice(extent.FirstRow, extent.Rows), unchecked((uint)_low), (uint)_width, into);
                break;
            default:
                RangeKernels.InRange(_column.Stored<ulong>().Slice(extent.FirstRow, extent.Rows), unchecked((ulong)_low), _width, into);
                break;
        }

        Presence.Keep(_column, extent, _negated, into);
    }

    private static Int128 DivideDown(Int128 number, long step) => Int128.IsNegative(number) && number % step != 0 ? (number / step) - 1 : number / step;

    private static Int128 DivideUp(Int128 number, long step) => Int128.IsPositive(number) && number % step != 0 ? (number / step) + 1 : number / step;
}

/// <summary>The rows whose double lies within an interval.</summary>
internal sealed class NumberRangeBits(NumberColumn column, double low, double high, bool negated) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        RangeKernels.InRange(column.Numbers.Slice(extent.FirstRow, extent.Rows), low, high, into);
        Presence.Keep(column, extent, negated, into);
    }
}

/// <summary>The rows whose code has an answer of yes in a table.</summary>
internal sealed class CodeBits : BitsNode
{
    private readonly TextColumn _column;
    private readonly byte[] _table;
    private readonly bool _ofMissing;
    private readonly int _from = -1;
    private readonly int _to = -1;

    /// <summary>Over an answer for each code.</summary>
    /// <param name="column">The codes.</param>
    /// <param name="table">255 for yes and 0 for no, for each code.</param>
    /// <param name="ofMissing">The answer where there is no value.</param>
    public CodeBits(TextColumn column, byte[] table, bool ofMissing)
    {
        _column = column;
        _ofMissing = ofMissing;
        int first = Array.IndexOf(table, (byte)255), last = Array.LastIndexOf(table, (byte)255);
        if (first >= 0 && Array.IndexOf(table, (byte)0, first, last - first + 1) < 0)
        {
            (_from, _to) = (first, last);
        }

        _table = column.Width == 1 && table.Length < 256 ? [.. table, .. new byte[256 - table.Length]] : table;
    }

    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        switch (_column.Width)
        {
            case 1 when _from >= 0:
                RangeKernels.InRange(_column.Codes<byte>().Slice(extent.FirstRow, extent.Rows), (byte)_from, (byte)(_to - _from), into);
                break;
            case 1:
                RangeKernels.InTable(_column.Codes<byte>().Slice(extent.FirstRow, extent.Rows), _table, _column.Dictionary.Count, into);
                break;
            case 2 when _from >= 0:
                RangeKernels.InRange(_column.Codes<ushort>().Slice(extent.FirstRow, extent.Rows), (ushort)_from, (ushort)(_to - _from), into);
                break;
            case 2:
                RangeKernels.InTable(_column.Codes<ushort>().Slice(extent.FirstRow, extent.Rows), _table, into);
                break;
            case 4 when _from >= 0:
                RangeKernels.InRange(_column.Codes<uint>().Slice(extent.FirstRow, extent.Rows), (uint)_from, (uint)(_to - _from), into);
                break;
            default:
                RangeKernels.InTable(_column.Codes<int>().Slice(extent.FirstRow, extent.Rows), _table, into);
                break;
        }

        if (_column.AllPresent)
        {
            return;
        }

        var present = _column.Present.Slice(extent.FirstWord, extent.Words);
        for (var i = 0; i < present.Length; i++)
        {
            into[i] = _ofMissing ? into[i] | ~present[i] : into[i] & present[i];
        }
    }
}

/// <summary>The rows whose text, as UTF-8, passes a test.</summary>
internal sealed class PlainTextBits(PlainTextColumn column, Utf8Test test, byte[] pattern) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        var starts = column.Texts.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        var utf8 = column.Texts.Utf8.Span;
        for (var i = 0; i < extent.Words; i++)
        {
            ulong word = 0;
            var rows = Math.Min(64, extent.Rows - (i << 6));
            for (var bit = 0; bit < rows; bit++)
            {
                var row = (i << 6) + bit;
                var length = starts[row + 1] - starts[row];
                if (length >= pattern.Length && (active.IsEmpty || ((active[i] >> bit) & 1) != 0) && test(utf8.Slice(starts[row], length), pattern))
                {
                    word |= 1UL << bit;
                }
            }

            into[i] = word;
        }

        Presence.Keep(column, extent, negated: false, into);
    }
}

internal delegate bool Utf8Test(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern);

/// <summary>Whole numbers from one to another, both included; none when the low one is higher.</summary>
internal readonly record struct Interval(Int128 Low, Int128 High)
{
    public static Int128 Lowest => (Int128)long.MinValue - 1;

    public static Int128 Highest => (Int128)long.MaxValue + 1;

    public static Interval All => new(Lowest, Highest);

    public static Interval None => new(1, 0);

    public bool IsEmpty => Low > High;

    public bool Contains(long number) => Low <= number && number <= High;

    public Interval And(Interval other) => new(Int128.Max(Low, other.Low), Int128.Min(High, other.High));
}
