namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// One level of a field's comparison between equal and different, as an expert writes it. A pair of values has the first level of the list of which
/// any condition holds. Above the first stands "equal", in four steps by how frequent the value is; below the last stands "different".
/// </summary>
public sealed record MatchLevel
{
    /// <summary>Its name in explanations; empty: made from the conditions.</summary>
    public string Name { get; init; } = "";

    /// <summary>What two values must have in common; any one of the conditions is enough. At least one.</summary>
    public IReadOnlyList<LevelCondition> When { get; init; } = [];
}

/// <summary>One way of being alike.</summary>
public sealed record LevelCondition
{
    /// <summary>What is looked at. Each type of field has some of them, see <see cref="MatchLevels.TestsOf"/>.</summary>
    public required LevelTest Test { get; init; }

    /// <summary>The least likeness or length, for tests that have one; null for the others.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The largest distance, for tests that have one; null for the others.</summary>
    public double? AtMost { get; init; }
}

/// <summary>Ways in which two values can be alike without being equal. All look at normalised values; of an e-mail address at what stands before the @.</summary>
public enum LevelTest
{
    /// <summary>Nicknames or spellings of one given name.</summary>
    Nickname = 0,

    /// <summary>Jaro–Winkler similarity, at least 0.5 to 1. A single letter is like no given name; a code of up to four characters like no other.</summary>
    JaroWinkler,

    /// <summary>Characters inserted, deleted, replaced or swapped with their neighbour: at most 1 to 8. In codes of up to four characters only one.</summary>
    EditDistance,

    /// <summary>The same sound.</summary>
    Sound,

    /// <summary>The same first letter.</summary>
    SameInitial,

    /// <summary>A word of three letters or more in common, where one of the two has several words.</summary>
    SharedWord,

    /// <summary>One is a part of the other.</summary>
    Contained,

    /// <summary>So many equal characters at the beginning: at least 1 to 20.</summary>
    SameStart,

    /// <summary>So many equal characters, of a telephone number digits, at the end: at least 1 to 20.</summary>
    SameEnd,

    /// <summary>The same district of a postal code: all but the last three characters of a British one, else the first three.</summary>
    SameDistrict,

    /// <summary>The same before the @.</summary>
    SameLocalPart,

    /// <summary>The share of their words' weight that two texts have in common, at least 0.05 to 1; rare words weigh more.</summary>
    WordOverlap,

    /// <summary>The same year and month.</summary>
    SameYearAndMonth,

    /// <summary>The same year and day of the month.</summary>
    SameYearAndDay,

    /// <summary>The same month and day in any year.</summary>
    SameMonthAndDay,

    /// <summary>The same year, with day and month in each other's place.</summary>
    DayAndMonthSwapped,

    /// <summary>The same year, where one of the two is the first of January or a year alone.</summary>
    FirstOfYear,

    /// <summary>Years apart by the calendar year: at most 0 to 100.</summary>
    YearsApart,

    /// <summary>Days apart: at most 1 to 36,600.</summary>
    DaysApart,

    /// <summary>The difference as a part of the larger amount: at most 0 to 1.</summary>
    RelativeDifference,

    /// <summary>The difference of two numbers: at most 0 or more.</summary>
    Difference,

    /// <summary>The level that the type itself gives, counted from 1 for the least alike: it knows house numbers, model numbers and initials.</summary>
    OwnLevel,
}
