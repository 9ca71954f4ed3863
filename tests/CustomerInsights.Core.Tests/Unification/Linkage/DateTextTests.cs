using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Days in many spellings, and what a column as a whole says of them.</summary>
public sealed class DateTextTests
{
    [Theory]
    [InlineData("24. Juni 1971", "19710624")]
    [InlineData("1er août 1971", "19710801")]
    [InlineData("mardi 3 mai 1971", "19710503")]
    [InlineData("24 de enero de 1971", "19710124")]
    [InlineData("3 maggio 1971", "19710503")]
    [InlineData("24 września 1971", "19710924")]
    [InlineData("9 мая 1945", "19450509")]
    [InlineData("5. März 1971", "19710305")]
    [InlineData("24061971", "19710624")]
    [InlineData("06241971", "19710624")]
    [InlineData("19710624", "19710624")]
    [InlineData("0000-00-00", "")]
    [InlineData("1971", "19710000")]
    [InlineData("not known", "not known")]
    [InlineData("19711-06-24", "197110624")]
    [InlineData("12 12", "12 12")]
    [InlineData("June", "june")]
    public void A_day_is_read_in_its_language(string text, string normal) => Assert.Equal(normal, DateText.Normal(text, DateOrder.Unknown));

    [Fact]
    public void A_first_part_above_twelve_settles_that_the_day_goes_first_in_the_whole_column()
    {
        Assert.Contains("19710605", Column("5/6/1971", "24/6/1971").Values);
        Assert.Contains("19710506", Column("5/6/1971", "6/24/1971").Values);
        Assert.Contains("19710506", Column("5/6/1971", "6/7/1971").Values);
        Assert.Contains("19710506", Column("5.6.1971", "6.24.1971").Values);

        // What stands between full stops says nothing of what stands between slashes.
        Assert.Contains("19710506", Column("5/6/1971", "24.6.1971").Values);
    }

    [Fact]
    public void One_slip_among_many_does_not_turn_a_column()
    {
        var order = DateOrder.Of([.. Enumerable.Range(13, 15).SelectMany(day => Enumerable.Range(1, 12).Select(month => $"{day}/{month}/1971")), "3/14/1971"]);
        Assert.Equal(new(null, true, null, false), order);
    }

    [Fact]
    public void Where_both_orders_are_there_a_day_and_its_other_reading_are_nearly_the_same()
    {
        string Level(params string[] more)
        {
            var comparison = FieldComparisons.Of(Column(["1971-05-12", "1971-12-05", .. more]));
            int Id(string day) => Array.IndexOf(comparison.Column.Values, day);
            return comparison.Levels[comparison.Level(Id("19710512"), Id("19711205"), new Scratch())];
        }

        Assert.Equal("two parts alike", Level("24/6/1971", "25/6/1971"));
        Assert.Equal("one digit off", Level("24/6/1971", "6/25/1971"));
    }

    [Fact]
    public void A_day_that_comes_later_is_read_in_the_order_of_the_run()
    {
        var people = new People(600, 5);
        string Written(string iso) => iso.Length == 0 ? "" : $"{iso[8..]}/{iso[5..7]}/{iso[..4]}";
        var rows = people.Rows.Select(row => row.Select((value, field) => field == 2 && value.Length == 10 ? Written(value) : value).ToArray()).ToList();
        var index = new MatchIndex(Matcher.Run(People.Columns(rows), new MatcherOptions { Threads = 2 }));
        index.Apply([new(null, ["Ann", "Lee", "05/06/1971", "", ""])]);
        Assert.Equal("19710605", index.ValuesOf(index.Count - 1)[2]);
    }

    [Fact]
    public void The_last_day_of_calendars_is_set_aside_when_it_is_frequent_and_only_then()
    {
        MatchColumn Days(int fillers) => Column([.. Enumerable.Range(0, 200).Select(i => $"19{50 + (i % 40)}-0{1 + (i % 9)}-{10 + (i % 17)}"), .. Enumerable.Repeat("9999-12-31", fillers)]);
        Assert.Empty(JunkValues.Remove([Days(2)]));
        Assert.Equal(new JunkValue("field", "99991231", 9), Assert.Single(JunkValues.Remove([Days(9)])));
    }

    private static MatchColumn Column(params string[] values)
    {
        var builder = new MatchColumnBuilder("field", MatchFieldType.Date);
        foreach (var value in values)
        {
            builder.Add(value);
        }

        return builder.Build();
    }
}
