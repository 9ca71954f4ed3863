using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Two different values that are compared.</summary>
/// <param name="A">The number of the one.</param>
/// <param name="B">The number of the other.</param>
/// <param name="One">Its text.</param>
/// <param name="Other">The other's text.</param>
/// <param name="Left">Its feature (<see cref="TextFeature"/>); 0 where the type has none.</param>
/// <param name="Right">The other's feature.</param>
/// <param name="Least">The likeness below which any number will do.</param>
internal readonly record struct ValuePair(int A, int B, string One, string Other, ulong Left, ulong Right, double Least);

/// <summary>How alike two values are in one respect: the higher the more, distances below zero, 0 or 1 where it is a question of yes or no.</summary>
internal sealed class Likeness
{
    // Codes up to this length are alike in too much by chance.
    private const int ShortCode = 4;

    private readonly Func<ValuePair, Scratch, double> _between;

    private Likeness(Func<ValuePair, Scratch, double> between) => _between = between;

    internal double Between(ValuePair pair, Scratch scratch) => _between(pair, scratch);

    /// <param name="test">The respect.</param>
    /// <param name="type">What the values are.</param>
    /// <param name="own">The type's own comparison, for tests that look at words or go by its levels.</param>
    internal static Likeness Of(LevelTest test, MatchFieldType type, FieldComparison? own) => new(test switch
    {
        LevelTest.Nickname => (pair, _) => Bit(string.Equals(GivenName.Root(pair.One), GivenName.Root(pair.Other), StringComparison.Ordinal)),
        LevelTest.JaroWinkler => (pair, scratch) => IsTooShort(type, pair) ? 0 : Jaro(pair, scratch),
        LevelTest.EditDistance => type == MatchFieldType.Identifier ? (pair, _) => CodeDistance(pair) : (pair, _) => Distance(pair),
        LevelTest.Sound => (pair, _) => Bit(Phonetic.Code(pair.One) is not 0 and var sound && sound == Phonetic.Code(pair.Other)),
        LevelTest.SameInitial => (pair, _) => Bit(TextFeature.SameInitial(pair.Left, pair.Right)),
        LevelTest.SharedWord => (pair, _) => Bit(Words.Share(pair.One, pair.Other)),
        LevelTest.Contained => (pair, _) => Bit(pair.One.Contains(pair.Other, StringComparison.Ordinal) || pair.Other.Contains(pair.One, StringComparison.Ordinal)),
        LevelTest.SameStart => (pair, _) => pair.One.AsSpan().CommonPrefixLength(pair.Other),
        LevelTest.SameEnd => (pair, _) => SameEnd(pair.One, pair.Other),
        LevelTest.SameDistrict => (pair, _) => Bit(pair.One.AsSpan().CommonPrefixLength(pair.Other) >= Math.Max(District(pair.One), District(pair.Other))),
        LevelTest.SameLocalPart => (pair, _) => Bit(string.Equals(pair.One, pair.Other, StringComparison.Ordinal)),
        LevelTest.WordOverlap => (pair, scratch) => own!.InWords!.Share(pair.A, pair.B, scratch),
        LevelTest.OwnLevel => (pair, scratch) => own!.Level(pair.A, pair.B, scratch) - FieldComparison.Different,
        LevelTest.RelativeDifference => (pair, _) => -Apart(pair, isRelative: true),
        LevelTest.Difference => (pair, _) => -Apart(pair, isRelative: false),
        _ => (pair, _) => DayLikeness(test, pair.One, pair.Other),
    });

    private static double Bit(bool holds) => holds ? 1 : 0;

    private static double Jaro(ValuePair pair, Scratch scratch) =>
        TextFeature.MayReach(pair.Left, pair.Right, pair.Least) ? scratch.Jaro.Similarity(pair.One, pair.Other) : 0;

    // An initial is like every name that begins with it.
    private static bool IsTooShort(MatchFieldType type, ValuePair pair) => type switch
    {
        MatchFieldType.GivenName => pair.One.Length == 1 || pair.Other.Length == 1,
        MatchFieldType.Identifier => Math.Min(pair.One.Length, pair.Other.Length) <= ShortCode,
        _ => false,
    };

    private static double Distance(ValuePair pair) => pair.Least >= -1
        ? EditDistance.IsAtMostOne(pair.One, pair.Other) ? -1 : double.NegativeInfinity
        : -EditDistance.Bounded(pair.One, pair.Other, (int)Math.Floor(-pair.Least));

    private static double CodeDistance(ValuePair pair) => EditDistance.IsAtMostOne(pair.One, pair.Other) ? -1
        : Math.Min(pair.One.Length, pair.Other.Length) <= ShortCode ? double.NegativeInfinity
        : Distance(pair);

    private static int SameEnd(string one, string other)
    {
        var same = 0;
        while (same < one.Length && same < other.Length && one[^(same + 1)] == other[^(same + 1)])
        {
            same++;
        }

        return same;
    }

    // A British code ends in a digit and two letters; elsewhere the first three tell the district.
    private static int District(string code) => code.Length > 4 && char.IsLetter(code[0]) && char.IsLetter(code[^1]) ? code.Length - 3 : 3;

    private static double Apart(ValuePair pair, bool isRelative)
    {
        var (one, other) = (double.Parse(pair.One, CultureInfo.InvariantCulture), double.Parse(pair.Other, CultureInfo.InvariantCulture));
        return Math.Abs(one - other) / (isRelative ? Math.Max(Math.Abs(one), Math.Abs(other)) : 1);
    }

    private static double DayLikeness(LevelTest test, string one, string other)
    {
        if (Parts(one) is not { } left || Parts(other) is not { } right)
        {
            return double.NegativeInfinity;
        }

        var year = left.Year == right.Year;
        return test switch
        {
            LevelTest.SameYearAndMonth => Bit(year && left.Month == right.Month),
            LevelTest.SameYearAndDay => Bit(year && left.Day == right.Day),

            // A year alone has no day that could be the same.
            LevelTest.SameMonthAndDay => Bit(left.Month == right.Month && left.Day == right.Day && left is not { Month: 0, Day: 0 }),
            LevelTest.DayAndMonthSwapped => Bit(year && left.Month == right.Day && left.Day == right.Month),
            LevelTest.FirstOfYear => Bit(year && (IsFirst(left) || IsFirst(right))),
            LevelTest.YearsApart => -Math.Abs(left.Year - right.Year),
            _ => Date(left) is { } from && Date(right) is { } to ? -Math.Abs(from.DayNumber - to.DayNumber) : double.NegativeInfinity,
        };
    }

    private static bool IsFirst((int Year, int Month, int Day) day) => day is { Month: 1, Day: 1 } or { Month: 0, Day: 0 };

    private static (int Year, int Month, int Day)? Parts(string text) =>
        text.Length == 8 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var all) ? (all / 10000, all / 100 % 100, all % 100) : null;

    private static DateOnly? Date((int Year, int Month, int Day) day) =>
        day.Year is >= 1 and <= 9999 && day.Month is >= 1 and <= 12 && day.Day >= 1 && day.Day <= DateTime.DaysInMonth(day.Year, day.Month) ? new DateOnly(day.Year, day.Month, day.Day) : null;
}
