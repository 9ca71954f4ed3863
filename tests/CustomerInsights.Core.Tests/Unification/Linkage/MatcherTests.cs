using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>What holds of the matcher whatever the data.</summary>
public sealed class MatcherTests
{
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void People_with_slips_are_found_and_households_stay_apart()
    {
        var people = new People(3000, 5);
        var scores = ClusterScores.Of(Matcher.Run(People.Columns(people.Rows), s_two).Clusters, people.Truth);
        Assert.True(scores is { Precision: > 0.99, Recall: > 0.98 }, scores.ToString());
    }

    [Fact]
    public void The_order_of_the_records_changes_nothing()
    {
        var people = new People(5000, 6);
        var order = Enumerable.Range(0, people.Rows.Count).ToArray();
        new Random(1).Shuffle(order);
        var one = Matcher.Run(People.Columns(people.Rows), s_two);
        var other = Matcher.Run(People.Columns([.. order.Select(row => people.Rows[row])]), s_two);
        Assert.Equal(one.Compared, other.Compared);
        Assert.Equal(Groups(one.Clusters, Enumerable.Range(0, order.Length).ToArray()), Groups(other.Clusters, order));
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var columns = People.Columns(new People(4000, 8).Rows);
        var one = Matcher.Run(columns, s_two with { Threads = 1 });
        var many = Matcher.Run(columns, s_two with { Threads = 7 });
        Assert.Equal(one.Clusters, many.Clusters);
        Assert.Equal(one.Pairs, many.Pairs);
        Assert.Equal(one.Model!.Bits, many.Model!.Bits);
    }

    [Fact]
    public void Two_records_of_a_source_without_duplicates_are_never_one()
    {
        var people = new People(3000, 9);
        var sources = Enumerable.Range(0, people.Rows.Count).Select(row => row % 2).ToList();
        var clusters = Matcher.Run(People.Columns(people.Rows), s_two with { Sources = sources, DuplicateFree = [0, 1] }).Clusters;
        Assert.All(clusters.Select((cluster, row) => (cluster, row)).GroupBy(one => one.cluster), group => Assert.Equal(group.Count(), group.Select(one => sources[one.row]).Distinct().Count()));
        Assert.Contains(clusters.CountBy(cluster => cluster), group => group.Value == 2);
    }

    [Fact]
    public void Equal_records_with_an_identifier_of_their_own_are_one()
    {
        var people = new People(2000, 10);
        var rows = people.Rows.Concat(people.Rows).ToList();
        var clusters = Matcher.Run(People.Columns(rows), s_two).Clusters;
        for (var row = 0; row < people.Rows.Count; row++)
        {
            if (people.Rows[row][3].Length > 0)
            {
                Assert.Equal(clusters[row], clusters[row + people.Rows.Count]);
            }
        }
    }

    [Fact]
    public void A_value_that_stands_for_not_known_is_set_aside_and_joins_nobody()
    {
        var people = new People(3000, 11);
        var rows = people.Rows.Select((row, i) => i % 20 == 0 ? [row[0], row[1], row[2], "none@none.com", row[4]] : row).ToList();
        var result = Matcher.Run(People.Columns(rows), s_two);
        Assert.Contains(result.Junk, junk => junk is { Field: "email", Value: "none@none.com", Records: >= 140 });
        Assert.True(ClusterScores.Of(result.Clusters, people.Truth).Precision > 0.98);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("same")]
    [InlineData("long")]
    [InlineData("scripts")]
    [InlineData("year9999")]
    public void Bad_data_in_a_field_ends_in_order(string how)
    {
        var people = new People(1500, 12);
        var rows = people.Rows.Select((row, i) => how switch
        {
            "nothing" => [row[0], row[1], "", row[3], row[4]],
            "same" => [row[0], row[1], row[2], row[3], "020 12345678"],
            "long" => i == 7 ? [new string('x', 1_000_000), row[1], row[2], row[3], row[4]] : row,
            "scripts" => i % 3 == 0 ? [row[0], "Мария 株式会社 \ud83d\ude00", row[2], row[3], row[4]] : row,
            _ => i % 2 == 0 ? [row[0], row[1], "9999-12-31", row[3], row[4]] : (string[])row,
        }).ToList();
        var scores = ClusterScores.Of(Matcher.Run(People.Columns(rows), s_two).Clusters, people.Truth);
        Assert.True(scores.F1 > 0.9, scores.ToString());
    }

    [Fact]
    public void Many_equal_values_cost_no_quadratic_time()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => new[] { "anna", i % 2 == 0 ? "berman" : "kotal", "", "shared@example.com", "" }).ToList();
        var result = Matcher.Run(People.Columns(rows), s_two);
        Assert.Equal(30_000, result.Clusters.Length);
        Assert.True(result.Compared < 40_000_000, $"{result.Compared:N0} pairs");
        Assert.Contains(result.Keys, key => key.LeftOut > 0);
        Assert.Equal([("given_name", UnusedReason.OneValue), ("dob", UnusedReason.NoValues), ("email", UnusedReason.OneValue), ("phone", UnusedReason.NoValues)], result.Unused.Select(one => (one.Field, one.Reason)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Hardly_any_records_are_no_problem(int count) =>
        Assert.Equal(Enumerable.Range(0, count), Matcher.Run(People.Columns([.. new People(10, 1).Rows.Take(count)]), s_two).Clusters);

    // Each record by the place that it had at first, with the least such place of its cluster.
    private static int[] Groups(int[] clusters, int[] order)
    {
        var least = clusters.Select((cluster, row) => (cluster, at: order[row])).GroupBy(one => one.cluster).ToDictionary(group => group.Key, group => group.Min(one => one.at));
        var groups = new int[clusters.Length];
        for (var row = 0; row < clusters.Length; row++)
        {
            groups[order[row]] = least[clusters[row]];
        }

        return groups;
    }
}
