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
