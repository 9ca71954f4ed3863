using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The levels that each type of field has where nobody writes others, what can be written, and what is wrong with what was written.</summary>
public static class MatchLevels
{
    /// <summary>Most levels between equal and different.</summary>
    public const int Most = (1 << PairLevels.Bits) - 2 - FieldComparison.Steps;

    private static readonly MatchFieldType[] s_words = [MatchFieldType.FullName, MatchFieldType.Address, MatchFieldType.Text, MatchFieldType.Organization];
    private static readonly MatchFieldType[] s_names = [MatchFieldType.GivenName, MatchFieldType.FamilyName];
    private static readonly MatchFieldType[] s_text =
        [.. s_names, .. s_words, MatchFieldType.Email, MatchFieldType.PostalCode, MatchFieldType.Place, MatchFieldType.Category, MatchFieldType.Identifier];

    private static readonly Dictionary<LevelTest, LevelTestForm> s_forms = new()
    {
        [LevelTest.Nickname] = new([MatchFieldType.GivenName]),
        [LevelTest.JaroWinkler] = new(s_text, 0.5, 1),
        [LevelTest.EditDistance] = new([.. s_text, MatchFieldType.Date, MatchFieldType.Phone], 1, 8, IsDistance: true),
        [LevelTest.Sound] = new([.. s_names, MatchFieldType.Place]),
        [LevelTest.SameInitial] = new([.. s_names]),
        [LevelTest.SharedWord] = new([.. s_names, MatchFieldType.Place]),
        [LevelTest.Contained] = new(s_text),
        [LevelTest.SameStart] = new([.. s_text, MatchFieldType.Phone], 1, 20),
        [LevelTest.SameEnd] = new([.. s_text, MatchFieldType.Phone], 1, 20),
        [LevelTest.SameDistrict] = new([MatchFieldType.PostalCode]),
        [LevelTest.SameLocalPart] = new([MatchFieldType.Email]),
        [LevelTest.WordOverlap] = new(s_words, 0.05, 1),
        [LevelTest.OwnLevel] = new([.. s_words, MatchFieldType.FamilyName, MatchFieldType.Date], 1, 6),
        [LevelTest.SameYearAndMonth] = new([MatchFieldType.Date]),
        [LevelTest.SameYearAndDay] = new([MatchFieldType.Date]),
        [LevelTest.SameMonthAndDay] = new([MatchFieldType.Date]),
        [LevelTest.DayAndMonthSwapped] = new([MatchFieldType.Date]),
        [LevelTest.FirstOfYear] = new([MatchFieldType.Date]),
        [LevelTest.YearsApart] = new([MatchFieldType.Date], 0, 100, IsDistance: true),
        [LevelTest.DaysApart] = new([MatchFieldType.Date], 1, 36_600, IsDistance: true),
        [LevelTest.RelativeDifference] = new([MatchFieldType.Number], 0, 1, IsDistance: true),
        [LevelTest.Difference] = new([MatchFieldType.Number], 0, 1e15, IsDistance: true),
    };

    /// <summary>The tests that the levels of a type may use.</summary>
    /// <param name="type">What the values are.</param>
    /// <returns>In order of <see cref="LevelTest"/>; none for fields that are not compared.</returns>
    public static IReadOnlyList<LevelTest> TestsOf(MatchFieldType type) => [.. s_forms.Where(form => form.Value.Types.Contains(type)).Select(form => form.Key).Order()];

    /// <summary>The levels of a type where nobody writes others. Written out they give the same result to the bit.</summary>
    /// <param name="type">What the values are.</param>
    /// <returns>From most to least alike.</returns>
    public static IReadOnlyList<MatchLevel> DefaultOf(MatchFieldType type) => type switch
    {
        MatchFieldType.GivenName => [Of("nickname", Is(LevelTest.Nickname)), Of("very similar", AtLeast(LevelTest.JaroWinkler, 0.92)), Of("similar or contained", AtLeast(LevelTest.JaroWinkler, 0.84), Is(LevelTest.SharedWord)), Of("same initial", Is(LevelTest.SameInitial))],
        MatchFieldType.FamilyName => [Of("very similar", AtLeast(LevelTest.JaroWinkler, 0.92)), Of("part of a double name, or other umlauts", AtLeast(LevelTest.OwnLevel, 2)), Of("similar", AtLeast(LevelTest.JaroWinkler, 0.84))],
        MatchFieldType.Date =>
        [
            Of("one digit off", AtLeast(LevelTest.OwnLevel, 4)),
            Of("two parts alike", Is(LevelTest.SameYearAndMonth), Is(LevelTest.SameYearAndDay), Is(LevelTest.DayAndMonthSwapped), Is(LevelTest.FirstOfYear)),
            Of("same day, other year", Is(LevelTest.SameMonthAndDay)),
            Of("near year", AtMost(LevelTest.YearsApart, 1)),
        ],
        MatchFieldType.Email => [Of("same local part", Is(LevelTest.SameLocalPart)), Of("similar local part", AtLeast(LevelTest.JaroWinkler, 0.92))],
        MatchFieldType.Phone => [Of("same last seven digits", AtLeast(LevelTest.SameEnd, 7)), Of("one digit off", AtMost(LevelTest.EditDistance, 1))],
        MatchFieldType.PostalCode => [Of("one character off", AtMost(LevelTest.EditDistance, 1)), Of("same district", Is(LevelTest.SameDistrict)), Of("same area", AtLeast(LevelTest.SameStart, 2))],
        MatchFieldType.Place => [Of("similar or contained", AtLeast(LevelTest.JaroWinkler, 0.9), Is(LevelTest.Contained))],
        MatchFieldType.Identifier => [Of("one character off", AtMost(LevelTest.EditDistance, 1)), Of("similar", AtMost(LevelTest.EditDistance, 2), AtLeast(LevelTest.JaroWinkler, 0.92))],
        MatchFieldType.Number => [Of("within 1 %", AtMost(LevelTest.RelativeDifference, 0.01)), Of("within 5 %", AtMost(LevelTest.RelativeDifference, 0.05)), Of("within 20 %", AtMost(LevelTest.RelativeDifference, 0.2))],
        MatchFieldType.Address or MatchFieldType.Text or MatchFieldType.Organization => Own(type),
        MatchFieldType.FullName =>
        [
            Of("nearly all in common", AtLeast(LevelTest.WordOverlap, 0.85)),
            Of("most in common", AtLeast(LevelTest.WordOverlap, 0.65)),
            Of("half in common", AtLeast(LevelTest.WordOverlap, 0.45)),
            Of("some in common", AtLeast(LevelTest.WordOverlap, 0.25)),
            Of("a little in common", AtLeast(LevelTest.WordOverlap, 0.1)),
        ],
        _ => [],
    };

    /// <summary>What is wrong with levels that somebody wrote.</summary>
    /// <param name="type">What the field's values are.</param>
    /// <param name="levels">From most to least alike.</param>
    /// <returns>The place below the levels, such as <c>/0/when/1/atLeast</c>, what was found, and what to do about it; empty when all is well.</returns>
    public static IReadOnlyList<(string Path, string Message, string Remedy)> Problems(MatchFieldType type, IReadOnlyList<MatchLevel> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        var problems = new List<(string, string, string)>();
        if (levels.Count > Most)
        {
            problems.Add(("", $"There are {levels.Count} levels; at most {Most} can stand between equal and different.", "Keep those that tell most."));
        }

        // Of each test the loosest bound so far, as likeness, and where it stands.
        var before = new Dictionary<LevelTest, (double Least, string Path)>();
        for (var i = 0; i < levels.Count; i++)
        {
            if (levels[i].When.Count == 0)
            {
                problems.Add(($"/{i}/when", "The level has no condition.", $"Add one: {Names(TestsOf(type))}. Equal and different need no level of their own."));
            }

            for (var c = 0; c < levels[i].When.Count; c++)
            {
                var (condition, path) = (levels[i].When[c], $"/{i}/when/{c}");
                if (Problem(type, condition) is { } problem)
                {
                    problems.Add((path + problem.Path, problem.Message, problem.Remedy));
                }
                else if (before.TryGetValue(condition.Test, out var earlier) && Least(condition) >= earlier.Least)
                {
                    problems.Add((path, $"It is never reached: whatever has it has levels{earlier.Path} already.", "Levels stand from most to least alike: loosen this one, tighten the earlier, or remove one of the two."));
                }
                else
                {
                    before[condition.Test] = (Least(condition), path);
                }
            }
        }

        return problems;
    }

    /// <summary>Whether the values of a type are compared word by word.</summary>
    internal static bool LooksAtWords(MatchFieldType type) => s_words.Contains(type);

    // House numbers, model numbers and initials are no matter of one bound: the levels are the type's own, by their numbers.
    private static MatchLevel[] Own(MatchFieldType type)
    {
        var own = FieldComparisons.Made(new MatchColumn("", new FieldReading(type), [], [""]));
        return [.. Enumerable.Range(1, own.FirstEqual - FieldComparison.Different - 1).Reverse().Select(level => Of(own.Levels[FieldComparison.Different + level], AtLeast(LevelTest.OwnLevel, level)))];
    }

    /// <summary>The bound as a likeness: the higher the more alike. 1 for a test without a bound, which has likeness 0 or 1.</summary>
    internal static double Least(LevelCondition condition) => condition.AtLeast ?? -condition.AtMost ?? 1;

    /// <summary>The level's name, or its conditions in its place.</summary>
    internal static string NameOf(MatchLevel level) => level.Name.Length > 0 ? level.Name : string.Join(" or ", level.When.Select(Words));

    private static (string Path, string Message, string Remedy)? Problem(MatchFieldType type, LevelCondition condition)
    {
        if (!s_forms.TryGetValue(condition.Test, out var form) || !form.Types.Contains(type))
        {
            var allowed = TestsOf(type);
            return ("/test", $"The type {Camel(type.ToString())} has no test '{Camel(condition.Test.ToString())}'.", allowed.Count == 0 ? "Leave levels out." : $"Use one of {Names(allowed)}.");
        }

        var name = Camel(condition.Test.ToString());
        var (own, ownName, other, otherName) = form.IsDistance
            ? (condition.AtMost, "atMost", condition.AtLeast, "atLeast")
            : (condition.AtLeast, "atLeast", condition.AtMost, "atMost");
        if (other is not null || (!form.HasBound && own is not null))
        {
            return ($"/{(other is not null ? otherName : ownName)}", $"'{name}' has no '{(other is not null ? otherName : ownName)}'.", form.HasBound ? $"Use {ownName}, {form.Range}." : "Leave it out.");
        }

        return !form.HasBound || own >= form.Low && own <= form.High ? null
            : ($"/{ownName}", own is { } found ? $"It is {found.ToString(CultureInfo.InvariantCulture)}; '{name}' takes {form.Range}." : $"'{name}' needs {ownName}, {form.Range}.", $"Give {ownName} a number, {form.Range}.");
    }

    private static string Words(LevelCondition condition) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Camel(condition.Test.ToString())}{(condition.AtLeast is { } least ? $" ≥ {least}" : condition.AtMost is { } most ? $" ≤ {most}" : "")}");

    private static string Names(IEnumerable<LevelTest> tests) => string.Join(", ", tests.Select(test => Camel(test.ToString())));

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static MatchLevel Of(string name, params LevelCondition[] when) => new() { Name = name, When = when };

    private static LevelCondition Is(LevelTest test) => new() { Test = test };

    private static LevelCondition AtLeast(LevelTest test, double least) => new() { Test = test, AtLeast = least };

    private static LevelCondition AtMost(LevelTest test, double most) => new() { Test = test, AtMost = most };

    // Which types have a test, and the bounds that it takes.
    private sealed record LevelTestForm(MatchFieldType[] Types, double Low = 0, double High = -1, bool IsDistance = false)
    {
        internal bool HasBound => High >= Low;

        internal string Range => string.Create(CultureInfo.InvariantCulture, $"{Low:#,0.##} to {High:#,0.##}");
    }
}
