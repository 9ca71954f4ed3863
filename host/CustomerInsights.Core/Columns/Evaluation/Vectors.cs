using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Whole words of rows of a space (the profiles of a part, or its activities of one type).</summary>
/// <param name="FirstWord">The first word; its first row is 64 times that.</param>
/// <param name="Words">How many words.</param>
/// <param name="Rows">How many rows: 64 a word, but in the last word of the space perhaps fewer.</param>
internal readonly record struct Extent(int FirstWord, int Words, int Rows)
{
    public int FirstRow => FirstWord << 6;

    /// <summary>The words that hold the rows from one on to before another.</summary>
    public static Extent Of(int from, int to, int rowsOfSpace)
    {
        var first = from >> 6;
        var words = ((to + 63) >> 6) - first;
        return new Extent(first, words, Math.Min(words << 6, rowsOfSpace - (first << 6)));
    }
}

/// <summary>
/// A Boolean part of a rule over whole words of rows. May be evaluated for more rows than the one-profile execution would: when
/// that fails anywhere (<see cref="Scratch.Failed"/>, or a thrown error) the block is done again profile by profile, which tells whether there is a failure and which comes first.
/// </summary>
internal abstract class BitsNode
{
    /// <summary>Sets the bits of the rows for which it holds.</summary>
    /// <param name="extent">Which rows.</param>
    /// <param name="scratch">Arrays to borrow.</param>
    /// <param name="active">Which rows count, a word each of the extent; empty when all do. Bits of others may come out as they like.</param>
    /// <param name="into">A word each of the extent; bits behind the last row may come out as they like.</param>
    public abstract void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into);
}

/// <summary>A part of a rule that has values, over whole words of rows. See <see cref="BitsNode"/> about failures.</summary>
internal abstract class VectorNode<T>
    where T : unmanaged
{
    /// <summary>Gives the values and which of them are there.</summary>
    /// <param name="extent">Which rows.</param>
    /// <param name="scratch">Arrays to borrow.</param>
    /// <param name="values">At least 64 a word; of a missing value any.</param>
    /// <param name="present">A word each of the extent; bits behind the last row may come out as they like.</param>
    public abstract void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present);
}

/// <summary>The same for all rows.</summary>
internal sealed class ConstantBits(bool value) : BitsNode
{
    public bool Value => value;

    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into) =>
        into[..extent.Words].Fill(value ? ulong.MaxValue : 0);
}

/// <summary>Bits that are known: a segment's members, a Boolean column's flags.</summary>
internal sealed class KnownBits(Func<int, int, ReadOnlySpan<ulong>> words) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into) =>
        words(extent.FirstWord, extent.Words).CopyTo(into);
}

/// <summary>The rows in which a column has a value, or has none.</summary>
internal sealed class PresentBits(Column column, bool missing) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        into = into[..extent.Words];
        Presence.Fill(column, extent, into);
        if (missing)
        {
            Presence.Invert(into);
        }
    }
}

internal sealed class NotBits(BitsNode operand) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        operand.Fill(extent, scratch, active, into);
        Presence.Invert(into[..extent.Words]);
    }
}

/// <summary>All of several, or any: each is asked only about the rows that the ones before it left open.</summary>
internal sealed class LogicalBits(bool all, BitsNode[] operands) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        operands[0].Fill(extent, scratch, active, into);
        into = into[..extent.Words];
        ulong[] next = scratch.Borrow<ulong>(extent.Words), open = scratch.Borrow<ulong>(extent.Words);
        for (var operand = 1; operand < operands.Length; operand++)
        {
            ulong any = 0;
            for (var i = 0; i < into.Length; i++)
            {
                open[i] = (active.IsEmpty ? ulong.MaxValue : active[i]) & (all ? into[i] : ~into[i]);
                any |= open[i];
            }

            if (any == 0)
            {
                break;
            }

            operands[operand].Fill(extent, scratch, open.AsSpan(0, extent.Words), next);
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = all ? into[i] & next[i] : into[i] | next[i];
            }
        }

        scratch.Return(next);
        scratch.Return(open);
    }
}

/// <summary>Asks the one-profile execution row by row, of profiles only.</summary>
internal sealed class ClosureBits(Test test, int slots, Func<int, IRuleSubject> subject, RuleMoment moment) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        for (var i = 0; i < extent.Words; i++)
        {
            ulong word = 0;
            var rows = Math.Min(64, extent.Rows - (i << 6));
            for (var bit = 0; bit < rows; bit++)
            {
                if ((active.IsEmpty || ((active[i] >> bit) & 1) != 0) && test(new Frame(subject(extent.FirstRow + (i << 6) + bit), moment, slots)))
                {
                    word |= 1UL << bit;
                }
            }

            into[i] = word;
        }
    }
}

/// <summary>Which values of a column are there.</summary>
internal static class Presence
{
    public static void Fill(Column column, Extent extent, Span<ulong> into)
    {
        if (column.AllPresent)
        {
            into[..extent.Words].Fill(ulong.MaxValue);
        }
        else
        {
            column.Present.Slice(extent.FirstWord, extent.Words).CopyTo(into);
        }
    }

    /// <summary>Takes away the bits of rows without a value; turns the others round first when asked to.</summary>
    public static void Keep(Column column, Extent extent, bool negated, Span<ulong> into)
    {
        if (negated)
        {
            Invert(into[..extent.Words]);
        }

        if (!column.AllPresent)
        {
            And(into, column.Present.Slice(extent.FirstWord, extent.Words));
        }
    }

    public static void And(Span<ulong> into, ReadOnlySpan<ulong> other)
    {
        for (var i = 0; i < other.Length; i++)
        {
            into[i] &= other[i];
        }
    }

    public static void Invert(Span<ulong> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = ~words[i];
        }
    }
}
