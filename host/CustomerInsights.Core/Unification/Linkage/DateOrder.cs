namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Which of day and month goes first in a column, by what stands between them: a part above twelve is a day.</summary>
/// <param name="Dots">Between full stops: true for the day, null where no value decides.</param>
/// <param name="Slashes">Between slashes.</param>
/// <param name="Others">Between hyphens, blanks and all else.</param>
/// <param name="IsMixed">Both orders are there: a day and its other reading are nearly the same.</param>
internal sealed record DateOrder(bool? Dots, bool? Slashes, bool? Others, bool IsMixed)
{
    // Fewer than one in fifty against the rest are slips.
    private const int SlipsIn = 50;

    internal static DateOrder Unknown { get; } = new(null, null, null, false);

    /// <summary>The order in one byte: two bits for each kind of what stands between, 0 for not decided, 1 for the day; then one for both.</summary>
    internal byte ToByte()
    {
        static int Bits(bool? day) => day is null ? 0 : day.Value ? 1 : 2;
        return (byte)(Bits(Dots) | (Bits(Slashes) << 2) | (Bits(Others) << 4) | (IsMixed ? 64 : 0));
    }

    /// <summary>What <see cref="ToByte"/> made a byte of.</summary>
    /// <exception cref="FormatException">It is no such byte.</exception>
    internal static DateOrder Of(byte value)
    {
        bool? Day(int at) => ((value >> at) & 3) switch
        {
            0 => null,
            1 => true,
            2 => false,
            _ => throw new FormatException("The order of day and month is none."),
        };
        return value < 128 ? new(Day(0), Day(2), Day(4), (value & 64) != 0) : throw new FormatException("The order of day and month is none.");
    }

    /// <summary>Settles the order from a column's spellings, each once.</summary>
    internal static DateOrder Of(IEnumerable<string> spellings)
    {
        Span<int> first = stackalloc int[3];
        Span<int> second = stackalloc int[3];
        foreach (var text in spellings)
        {
            if (DateText.Deciding(text) is { } found)
            {
                (found.IsDayFirst ? first : second)[Kind(found.Between)]++;
            }
        }

        var mixed = false;
        for (var kind = 0; kind < 3; kind++)
        {
            mixed |= Math.Min(first[kind], second[kind]) * SlipsIn > Math.Max(first[kind], second[kind]);
        }

        return new(Order(first[0], second[0]), Order(first[1], second[1]), Order(first[2], second[2]), mixed);
    }

    /// <summary>Whether the day goes first. Where nothing decides, it does between full stops.</summary>
    internal bool IsDayFirst(char between) => Kind(between) switch
    {
        0 => Dots ?? true,
        1 => Slashes ?? false,
        _ => Others ?? false,
    };

    private static bool? Order(int first, int second) => first == second ? null : first > second;

    private static int Kind(char between) => between switch
    {
        '.' => 0,
        '/' => 1,
        _ => 2,
    };
}
