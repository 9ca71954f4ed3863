using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Data as nobody would wish it: the matcher ends, and what it cannot use it leaves alone.</summary>
public sealed class BadDataTests
{
    private const int Records = 2000;

    [Fact]
    public void A_field_without_any_value_changes_no_cluster() => Assert.Equal(Clusters(), Clusters(("note", MatchFieldType.FullName, _ => "")));

    [Fact]
    public void A_field_with_one_value_everywhere_leaves_strangers_apart() => Assert.True(Scores(("country", MatchFieldType.Category, _ => "x")) is { Precision: > 0.99, Recall: > 0.95 });

    [Fact]
    public void An_address_that_half_of_the_records_share_is_set_aside_and_said()
    {
        var people = new People(Records, 9);
        var columns = Columns(people, ("mail", MatchFieldType.Email, row => row % 2 == 0 ? "none@none.com" : $"a{row}@example.com"));
        var result = Matcher.Run(columns, new MatcherOptions { Threads = 2 });
        Assert.Contains(result.Junk, junk => junk is { Field: "mail", Value: "none@none.com", Records: Records / 2 });
    }

    [Fact]
    public void All_at_once_it_ends_the_rest_is_right_and_what_was_set_aside_is_said()
    {
        // Equal addresses, names of a million characters, scripts in one word, far dates; and fields without values, with one, with hardly more.
        const int Spoilt = 3000;
        var people = new People(6000, 21);
        var columns = new[] { MatchFieldType.GivenName, MatchFieldType.FamilyName, MatchFieldType.Date, MatchFieldType.Email, MatchFieldType.Phone }.Select((type, field) =>
        {
            var builder = new MatchColumnBuilder(People.Names[field], type);
            for (var row = 0; row < people.Rows.Count; row++)
            {
                var value = people.Rows[row][field];
                builder.Add(row >= Spoilt ? value : (field, row % 50) switch
                {
                    (0, 7) => value + new string((char)('a' + (row % 26)), 1_000_000),
                    (1, 3) => value + " \u041c\u0430\u0440\u0438\u044f \u682a\u5f0f\u4f1a\u793e \ud83d\ude00\ud83d",
                    (2, _) when row % 2 == 0 => "9999-12-31",
                    (3, _) => "info@example.com",
                    _ => value,
                });
            }

            return builder.Build();
        }).ToList();
        columns.AddRange(Columns(people, ("nothing", MatchFieldType.FullName, _ => ""), ("land", MatchFieldType.Category, _ => "x"), ("tax", MatchFieldType.Identifier, row => row % 9 == 0 ? $"{row % 4}" : "none")).TakeLast(3));
        var result = Matcher.Run(columns, new MatcherOptions { Threads = 2 });
        var scores = ClusterScores.Of([.. result.Clusters.Skip(Spoilt).Select(cluster => cluster)], [.. people.Truth.Skip(Spoilt)]);
        Assert.True(scores is { Precision: > 0.98, Recall: > 0.97 }, scores.ToString());
        Assert.Equal([("nothing", UnusedReason.NoValues), ("land", UnusedReason.OneValue)], result.Unused.Select(one => (one.Field, one.Reason)));
        (string, string)[] aside = [("dob", "99991231"), ("email", "info@example.com"), ("tax", "none")];
        Assert.Equal(aside, result.Junk.Select(junk => (junk.Field, junk.Value)).Order().Where(aside.Contains));
    }

    [Fact]
    public void Of_a_value_of_a_million_characters_the_first_four_hundred_count()
    {
        var builder = new MatchColumnBuilder("name", MatchFieldType.FullName);
        builder.Add(new string('a', 1_000_000));
        builder.Add(new string('a', 400));
        builder.Add(new string('a', 399) + "b");
        var column = builder.Build();
        Assert.Equal((2, true), (column.Values.Count(value => value.Length > 0), column.Ids[0] == column.Ids[1]));
        Assert.Equal(400, column.Values[column.Ids[0]].Length);
    }

    [Theory]
    [InlineData(MatchFieldType.FullName)]
    [InlineData(MatchFieldType.GivenName)]
    [InlineData(MatchFieldType.Phone)]
    [InlineData(MatchFieldType.Date)]
    [InlineData(MatchFieldType.Email)]
    [InlineData(MatchFieldType.Identifier)]
    [InlineData(MatchFieldType.Number)]
    public void A_value_of_a_million_characters_becomes_a_short_one(MatchFieldType type)
    {
        Assert.InRange(FieldText.Normal(new string('7', 1_000_000), type).Length, 0, 2000);
        Assert.InRange(FieldText.Normal(new string('\u00fc', 1_000_000), type).Length, 0, 2000);
    }

    [Fact]
    public void Scripts_in_one_word_half_characters_and_far_years_end_no_run()
    {
        string[] odd = ["Iva\u043dov \ud83d", "\udc00\udc00", "9999-12-31", "0000-00-00", "-1", "NaN", "1e999", "\u4f50\u85e4 Smith", "\u202eabc", ""];
        foreach (var type in Enum.GetValues<MatchFieldType>())
        {
            var result = Matcher.Run(Columns(new People(400, 3), ("odd", type, row => odd[row % odd.Length])), new MatcherOptions { Threads = 2 });
            Assert.Equal(400, result.Clusters.Length);
        }
    }

    private static int[] Clusters(params (string, MatchFieldType, Func<int, string>)[] more) => Matcher.Run(Columns(new People(Records, 9), more), new MatcherOptions { Threads = 2 }).Clusters;

    private static ClusterScores Scores(params (string, MatchFieldType, Func<int, string>)[] more) => ClusterScores.Of(Clusters(more), new People(Records, 9).Truth);

    private static MatchColumn[] Columns(People people, params (string Name, MatchFieldType Type, Func<int, string> Value)[] more) =>
    [
        .. People.Columns(people.Rows),
        .. more.Select(one =>
        {
            var builder = new MatchColumnBuilder(one.Name, one.Type);
            for (var row = 0; row < people.Rows.Count; row++)
            {
                builder.Add(one.Value(row));
            }

            return builder.Build();
        }),
    ];
}
