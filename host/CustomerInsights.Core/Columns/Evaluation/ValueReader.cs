using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Turns the vectors of a rule into values.</summary>
internal abstract class ValueReader
{
    /// <summary>Reads the values of some rows of an extent.</summary>
    public abstract void Read(Extent extent, Scratch scratch, ReadOnlySpan<int> rows, Span<Value> into);

    /// <summary>A reader for a rule; null when it has to be asked profile by profile.</summary>
    public static ValueReader? Of(VectorCompiler compiler, BoundRule rule) => rule.Root.Type switch
    {
        RuleType.Integer when compiler.Longs(rule.Root) is { } longs => new OfVector<long>(longs, Value.Of),
        RuleType.Date when compiler.Longs(rule.Root) is { } days => new OfVector<long>(days, day => Value.Of(DateOnly.FromDayNumber((int)day))),
        RuleType.Time when compiler.Longs(rule.Root) is { } ticks => new OfVector<long>(ticks, tick => Value.Of(new DateTimeOffset(tick, TimeSpan.Zero))),
        RuleType.Number when compiler.Numbers(rule.Root) is { } numbers => new OfVector<double>(numbers, Value.Of),
        RuleType.Decimal when compiler.Decimals(rule.Root) is { } decimals => new OfVector<decimal>(decimals, Value.Of),
        RuleType.Text when compiler.TextCodes(rule.Root) is var (codes, column) => new OfVector<long>(codes, Texts(column)),
        _ => null,
    };

    // Each text is made once; two threads may make one at the same time.
    private static Func<long, Value> Texts(TextColumn column)
    {
        var texts = new string?[column.Dictionary.Count];
        return code => Value.Of(texts[code - 1] ??= column.Dictionary.TextAt((int)code - 1));
    }

    private sealed class OfVector<T>(VectorNode<T> vector, Func<T, Value> make) : ValueReader
        where T : unmanaged
    {
        public override void Read(Extent extent, Scratch scratch, ReadOnlySpan<int> rows, Span<Value> into)
        {
            var values = scratch.Borrow<T>(extent.Words << 6);
            var present = scratch.Borrow<ulong>(extent.Words);
            vector.Fill(extent, scratch, values, present);
            for (var i = 0; i < rows.Length; i++)
            {
                var at = rows[i] - extent.FirstRow;
                into[i] = ((present[at >> 6] >> (at & 63)) & 1) != 0 ? make(values[at]) : default;
            }

            scratch.Return(values);
            scratch.Return(present);
        }
    }
}
