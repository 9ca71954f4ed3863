using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Levels that an expert writes.</summary>
public sealed class MatchLevelTests
{
    public static TheoryData<MatchFieldType> Compared => [.. Enum.GetValues<MatchFieldType>().Where(type => type != MatchFieldType.Ignored)];

    [Theory]
    [MemberData(nameof(Compared))]
    public void The_levels_of_a_type_written_out_give_every_two_values_the_level_that_they_had(MatchFieldType type)
    {
        var column = Column(type, Values(type));
        var (own, written) = (FieldComparisons.Of(column), FieldComparisons.Of(column, MatchLevels.DefaultOf(type)));
        var scratch = new Scratch();
        Assert.Equal(own.Levels, written.Levels);
        for (var a = 1; a < column.ValueCount; a++)
        {
            for (var b = a; b < column.ValueCount; b++)
            {
                var (one, other) = (own.Level(a, b, scratch), written.Level(a, b, scratch));
                Assert.True(one == other, $"{type} '{column.Values[a]}' '{column.Values[b]}': {own.Levels[one]}, written out {written.Levels[other]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Compared))]
    public void The_levels_of_a_type_written_out_have_no_problem_and_every_test_of_the_type_can_be_used(MatchFieldType type)
    {
        Assert.Empty(MatchLevels.Problems(type, MatchLevels.DefaultOf(type)));
        Assert.All(MatchLevels.DefaultOf(type).SelectMany(level => level.When), condition => Assert.Contains(condition.Test, MatchLevels.TestsOf(type)));
        foreach (var test in MatchLevels.TestsOf(type))
        {
            var bounds = new[] { new LevelCondition { Test = test }, new LevelCondition { Test = test, AtLeast = 1 }, new LevelCondition { Test = test, AtMost = 1 } };
            var right = Assert.Single(bounds, bound => MatchLevels.Problems(type, [new MatchLevel { When = [bound] }]).Count == 0);
            var comparison = FieldComparisons.Of(Column(type, Values(type)), [new MatchLevel { Name = "it", When = [right] }]);
            Assert.Equal("it", comparison.Levels[2]);
            Assert.InRange(comparison.Level(1, 2, new Scratch()), FieldComparison.Different, 2);
        }
    }

    [Theory]
    [InlineData(MatchFieldType.FamilyName, LevelTest.Sound, null, null, "smith", "smyth", true)]
    [InlineData(MatchFieldType.FamilyName, LevelTest.EditDistance, null, 2.0, "smith", "smythe", true)]
    [InlineData(MatchFieldType.FamilyName, LevelTest.EditDistance, null, 1.0, "smith", "smythe", false)]
    [InlineData(MatchFieldType.FamilyName, LevelTest.Contained, null, null, "berg", "bergmann", true)]
    [InlineData(MatchFieldType.GivenName, LevelTest.JaroWinkler, 0.5, null, "j", "jo", false)]
    [InlineData(MatchFieldType.Date, LevelTest.DaysApart, null, 3.0, "1999-12-30", "2000-01-02", true)]
    [InlineData(MatchFieldType.Date, LevelTest.DaysApart, null, 2.0, "1999-12-30", "2000-01-02", false)]
    [InlineData(MatchFieldType.Date, LevelTest.DaysApart, null, 36600.0, "1999-02-30", "2000-01-02", false)]
    [InlineData(MatchFieldType.Date, LevelTest.YearsApart, null, 0.0, "1971", "1971-06-24", true)]
    [InlineData(MatchFieldType.Phone, LevelTest.SameEnd, 4.0, null, "510 252 7692", "33 252 7692", true)]
    [InlineData(MatchFieldType.Phone, LevelTest.SameStart, 6.0, null, "510 252 7692", "510 252 1111", true)]
    [InlineData(MatchFieldType.Email, LevelTest.EditDistance, null, 2.0, "annlee@a.com", "anlle@b.org", true)]
    [InlineData(MatchFieldType.Number, LevelTest.Difference, null, 2.0, "10", "12", true)]
    [InlineData(MatchFieldType.Number, LevelTest.Difference, null, 1.9, "10", "12", false)]
    [InlineData(MatchFieldType.Category, LevelTest.JaroWinkler, 0.8, null, "carpenter", "carpentry", true)]
    public void A_test_holds_for_what_it_says(MatchFieldType type, LevelTest test, double? atLeast, double? atMost, string one, string other, bool holds)
    {
        MatchLevel[] levels = [new() { When = [new LevelCondition { Test = test, AtLeast = atLeast, AtMost = atMost }] }];
        Assert.Empty(MatchLevels.Problems(type, levels));
        var comparison = FieldComparisons.Of(Column(type, one, other), levels);
        Assert.Equal(holds ? 2 : FieldComparison.Different, comparison.Level(1, 2, new Scratch()));
        Assert.Equal(holds ? 2 : FieldComparison.Different, comparison.Level(2, 1, new Scratch()));
    }

    [Fact]
    public void A_bound_can_be_raised_a_level_dropped_and_one_added()
    {
        MatchLevel[] levels =
        [
            new() { When = [new() { Test = LevelTest.JaroWinkler, AtLeast = 0.96 }] },
            new() { Name = "sounds alike", When = [new() { Test = LevelTest.Sound }] },
        ];
        var column = Column(MatchFieldType.FamilyName, "smith", "smyth", "smithe", "jones");
        var comparison = FieldComparisons.Of(column, levels);
        string Level(string one, string other) => comparison.Levels[comparison.Level(column.Find(one), column.Find(other), new Scratch())];
        Assert.Equal("jaroWinkler ≥ 0.96", Level("smith", "smithe"));
        Assert.Equal("sounds alike", Level("smith", "smyth"));
        Assert.Equal("different", Level("smith", "jones"));
        var none = FieldComparisons.Of(column, []);
        Assert.Equal(FieldComparison.Different, none.Level(column.Find("smith"), column.Find("smithe"), new Scratch()));
        Assert.Equal(2, none.FirstEqual);
    }

    [Fact]
    public void Faults_are_named_with_place_and_remedy()
    {
        MatchLevel[] levels =
        [
            new() { When = [new() { Test = LevelTest.JaroWinkler, AtLeast = 0.8 }] },
            new() { When = [new() { Test = LevelTest.JaroWinkler, AtLeast = 0.9 }, new() { Test = LevelTest.Sound, AtLeast = 1 }] },
            new() { When = [] },
            new() { When = [new() { Test = LevelTest.DaysApart, AtMost = 3 }, new() { Test = LevelTest.EditDistance }, new() { Test = LevelTest.EditDistance, AtMost = double.NaN }] },
            new() { When = [new() { Test = (LevelTest)99 }, new() { Test = LevelTest.JaroWinkler, AtMost = 3 }] },
            .. Enumerable.Range(9, 6).Select(i => new MatchLevel { When = [new() { Test = LevelTest.SameStart, AtLeast = 20 - i }] }),
        ];
        var problems = MatchLevels.Problems(MatchFieldType.GivenName, levels);
        Assert.Equal(
            ["", "/1/when/0", "/1/when/1/atLeast", "/2/when", "/3/when/0/test", "/3/when/1/atMost", "/3/when/2/atMost", "/4/when/0/test", "/4/when/1/atMost"],
            problems.Select(problem => problem.Path));
        Assert.Contains("levels/0/when/0 already", problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("nickname, jaroWinkler, editDistance", problems[4].Remedy, StringComparison.Ordinal);
        Assert.Contains("1 to 8", problems[5].Message, StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.NotEqual("", problem.Remedy));
    }

    [Fact]
    public void All_fields_written_out_change_no_cluster_and_stricter_levels_do()
    {
        var people = new People(1200, 5);
        var columns = People.Columns(people.Rows);
        var written = columns.ToDictionary(column => column.Name, column => MatchLevels.DefaultOf(column.Type), StringComparer.Ordinal);
        var (own, other) = (Matcher.Run(columns, new MatcherOptions()), Matcher.Run(People.Columns(people.Rows), new MatcherOptions { Levels = written }));
        Assert.Equal(own.Clusters, other.Clusters);
        Assert.Equal(own.Keys.Select(key => key.Name), other.Keys.Select(key => key.Name));
    }

    [Fact]
    public void Without_levels_between_equal_and_different_a_slip_counts_as_different()
    {
        var people = new People(1200, 5);
        MatcherResult Run(params string[] bare) => Matcher.Run(People.Columns(people.Rows), new MatcherOptions { Levels = bare.ToDictionary(name => name, _ => (IReadOnlyList<MatchLevel>)[], StringComparer.Ordinal) });
        var (own, bare) = (Run(), Run(People.Names));
        Assert.All(bare.Fields, field => Assert.Equal(2, field.FirstEqual));

        // The same pairs, in fewer ways to agree.
        Assert.True(bare.Patterns.Patterns.Length < own.Patterns.Patterns.Length);
        Assert.True(ClusterScores.Of(bare.Clusters, people.Truth).F1 > 0.9);
    }

    [Fact]
    public void Names_in_each_others_place_count_as_very_similar_with_levels_of_ones_own()
    {
        string[][] rows = [["anna", "bergman"], ["bergman", "anna"]];
        MatchColumn[] columns = [Column(MatchFieldType.GivenName, rows[0][0], rows[1][0]), Column(MatchFieldType.FamilyName, rows[0][1], rows[1][1])];
        MatchLevel[] levels = [new() { When = [new() { Test = LevelTest.SharedWord }] }, new() { When = [new() { Test = LevelTest.JaroWinkler, AtLeast = 0.9 }] }];
        foreach (var (own, given, family) in new[] { (levels, 2, 2), ([], FieldComparison.Different, FieldComparison.Different) })
        {
            var compared = new PairLevels([.. columns.Select(column => FieldComparisons.Of(column, own))], new ParallelOptions());
            var pattern = compared.Pattern(0, 1, new Scratch());
            Assert.Equal((given, family), (PairLevels.LevelOf(pattern, 0), PairLevels.LevelOf(pattern, 1)));
        }
    }

    private static MatchColumn Column(MatchFieldType type, params string[] values)
    {
        var builder = new MatchColumnBuilder("field", type);
        foreach (var value in values)
        {
            builder.Add(value);
        }

        return builder.Build();
    }

    // Values of the kind, and each again with slips of a key.
    private static string[] Values(MatchFieldType type)
    {
        string[] values = type switch
        {
            MatchFieldType.GivenName => ["robert", "bob", "roberto", "anna maria", "maria", "mary", "j", "jo", "john", "johnny", "r", "hristina", "christina", "佐々木", "юлия"],
            MatchFieldType.FamilyName => ["smith", "smith jones", "jones", "smyth", "schmidt", "von berg", "berg", "bergmann", "o", "ob", "andersson"],
            MatchFieldType.Date => ["1971-06-24", "1971-05-12", "1971-12-05", "1971-01-01", "1986-05-12", "1972-11-30", "1971", "1972", "1986", "12 May 1986", "nonsense", "1971-05", "2000-02-29"],
            MatchFieldType.Email => ["ann.lee@a.com", "ann.lee@b.com", "annlee1@a.com", "annlee2@b.com", "bob@example.com", "bobby", "robert.long.name@example.com"],
            MatchFieldType.Phone => ["5102527692", "442079460958", "79460958", "2079460958", "510 252 7692 x4", "12345", "0000000", "9460958"],
            MatchFieldType.PostalCode => ["tq13 8df", "tq13 9aa", "tq1 8df", "12345", "12399", "12999", "ab1", "m1 1ae"],
            MatchFieldType.Place => ["london", "londn", "greater london", "york", "new york", "leeds", "lyon"],
            MatchFieldType.Identifier => ["5304218", "5304219", "5304128", "530", "531", "a1", "a1b2c3", "a1b2d4", "abcdefgh", "abcdefgx"],
            MatchFieldType.Number => ["10", "10.05", "10.4", "12", "100", "-3", "0", "0.5", "1299.50"],
            MatchFieldType.Category => ["m", "f", "male", "female", "carpenter"],
            _ => ["12 willow park", "willow park 12", "12 willow prak", "the blue one 12", "blue willow", "willow", "12 high street leeds", "high street 12", "14 high strt"],
        };
        var random = new Random(7);
        return [.. values, .. values.SelectMany(value => Enumerable.Range(0, 6).Select(_ => value.Length < 2 ? value + "x" : random.Next(3) switch
        {
            0 => value.Remove(random.Next(value.Length), 1),
            1 => value.Insert(random.Next(value.Length), value[random.Next(value.Length)].ToString()),
            _ => Swap(value, random.Next(value.Length - 1)),
        }))];
    }

    private static string Swap(string text, int at) => string.Concat(text.AsSpan(0, at), text[at + 1].ToString(), text[at].ToString(), text.AsSpan(at + 2));
}
