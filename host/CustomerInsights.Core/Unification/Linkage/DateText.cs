using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Reads days: numbers in the usual orders, names of months in nine languages, a time of day behind them. Pure digits of a year alone too.</summary>
internal static class DateText
{
    private const int CenturyTurn = 30;
    private const int FirstYear = 1500;
    private const int EndOfYears = 2200;

    // Beginnings of the months' names, without diacritics and in Latin letters: English, German, Dutch, French, Spanish,
    // Portuguese, Italian, Polish, Russian.
    private static readonly string[][] s_months =
    [
        .. "jan ene gen sty yan,feb fev lut,mar maa mrz mrt,apr avr abr kwi,may mai mei mag maj maya,jun juin giu cze iyun,jul juil lug lip iyul,aug aou ago sie avg,sep set wrz sen,oct okt ott out paz,nov lis noy,dec dez dic gru dek"
            .Split(',').Select(names => names.Split(' ')),
    ];

    /// <summary>yyyymmdd where a day can be read, 0 for a part that is not there; else the words as they are, or the digits where there are no words. Empty for a day of zeros.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="order">Which part goes first where both could.</param>
    internal static string Normal(string text, DateOrder order)
    {
        var parts = Parts.Of(text);
        var (one, two, three) = (parts.Values[0], parts.Values[1], parts.Values[2]);
        var (digits, digits2, digits3) = (parts.Lengths[0], parts.Lengths[1], parts.Lengths[2]);
        switch (parts.Count)
        {
            case 1 when digits == 8:
                return EightDigits(one, order);
            case 1 when digits == 4:
                return Day(one, 0, 0);
            case 2 when (digits == 4) != (digits2 == 4) && MonthNamed(text) is > 0 and var month:
                return digits == 4 ? Day(one, month, two) : Day(two, month, one);
            case 3 when digits == 4:
                return Day(one, two, three);
            case 3 when digits <= 2 && digits2 <= 2 && digits3 is 2 or 4:
                // Two digits are of this century below the turn, else of the last.
                var year = digits3 == 4 ? three : three + (three < CenturyTurn ? 2000 : 1900);

                // What cannot be a month is the day, whatever the column's order.
                return one > 12 || (two <= 12 && order.IsDayFirst(parts.Between)) ? Day(year, two, one) : Day(year, one, two);
            default:
                return Unread(FieldText.Words(text));
        }
    }

    // A day with a slip, such as 19711-06-24, is its digits, so that it is one edit from the day. Other words keep their blanks: two numbers would become one.
    private static string Unread(string words)
    {
        var digits = words.Replace(" ", "", StringComparison.Ordinal);
        return digits.Length > 4 && digits.All(char.IsAsciiDigit) ? digits : words;
    }

    /// <summary>What a spelling says about the order of day and month; null where both parts could be months, or it has another form.</summary>
    internal static (bool IsDayFirst, char Between)? Deciding(string text)
    {
        var parts = Parts.Of(text);
        var (one, two) = (parts.Values[0], parts.Values[1]);
        return parts.Count != 3 || parts.Lengths[0] > 2 || parts.Lengths[1] > 2 || parts.Lengths[2] is not (2 or 4) || one > 31 || two > 31 || one > 12 == two > 12
            ? null
            : (one > 12, parts.Between);
    }

    // 19710624, or 24061971 and 06241971 where that is no year.
    private static string EightDigits(int number, DateOrder order)
    {
        var (year, one, two) = (number % 10000, number / 1000000, number / 10000 % 100);
        if (number / 10000 is >= FirstYear and < EndOfYears || year is < FirstYear or >= EndOfYears || Math.Max(one, two) > 31 || Math.Min(one, two) is 0 or > 12)
        {
            return Day(number / 10000, number / 100 % 100, number % 100);
        }

        return one > 12 || (two <= 12 && order.IsDayFirst('-')) ? Day(year, two, one) : Day(year, one, two);
    }

    // The month that a word names, in full or by its beginning; the last such word, since days of the week come before ("mardi 3 mai"); 0 for none.
    private static int MonthNamed(string text)
    {
        var found = 0;
        foreach (var word in FieldText.Words(text).Split(' '))
        {
            // The longest beginning decides: "maya" is May and "mar" March.
            var (best, month) = (2, 0);
            for (var i = 0; i < s_months.Length; i++)
            {
                foreach (var name in s_months[i])
                {
                    (best, month) = name.Length > best && word.StartsWith(name, StringComparison.Ordinal) ? (name.Length, i + 1) : (best, month);
                }
            }

            found = month > 0 ? month : found;
        }

        return found;
    }

    private static string Day(int year, int month, int day) => year == 0 && month == 0 && day == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(year, 0, 9999):0000}{Math.Clamp(month, 0, 99):00}{Math.Clamp(day, 0, 99):00}");

    /// <summary>The numbers in a text: at most three, since the time of day does not matter.</summary>
    private readonly ref struct Parts
    {
        private const int Most = 3;
        private const int MostDigits = 8;

        private Parts(int count, Triple values, Triple lengths, char between) => (Count, Values, Lengths, Between) = (count, values, lengths, between);

        internal int Count { get; }

        internal Triple Values { get; }

        internal Triple Lengths { get; }

        internal char Between { get; }

        /// <summary>Reads them; none where one is too long to be a part of a day.</summary>
        internal static Parts Of(string text)
        {
            var (values, lengths, count, inside, between) = (default(Triple), default(Triple), 0, false, '\0');
            foreach (var c in text)
            {
                if (!char.IsAsciiDigit(c))
                {
                    between = inside && count == 1 ? c : between;
                    if (inside && count == Most)
                    {
                        break;
                    }

                    inside = false;
                    continue;
                }

                if (!inside)
                {
                    count++;
                    inside = true;
                }

                values[count - 1] = (values[count - 1] * 10) + (c - '0');
                if (++lengths[count - 1] > MostDigits)
                {
                    return default;
                }
            }

            return new(count, values, lengths, between);
        }
    }

    [System.Runtime.CompilerServices.InlineArray(3)]
    private struct Triple
    {
        private int _first;
    }
}
