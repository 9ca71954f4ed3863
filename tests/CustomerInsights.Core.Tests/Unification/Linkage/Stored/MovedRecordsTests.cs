using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Tests.Unification.Linkage.Stored;

/// <summary>Which records are in another cluster than before.</summary>
public sealed class MovedRecordsTests
{
    [Theory]
    [InlineData("aaabbc", "aaabbc", "")]
    [InlineData("aaabbc", "xxxyyz", "")]
    [InlineData("aaabbc", "xxxxxz", "3,4")]
    [InlineData("aaaab", "xxyyb", "2,3")]
    [InlineData("aaab", "xxyy", "2")]
    [InlineData("aabb", "xyxy", "1,2")]
    [InlineData("", "", "")]
    public void The_largest_part_of_a_cluster_stays_and_the_others_moved(string before, string after, string moved) =>
        Assert.Equal(moved, string.Join(',', MovedRecords.Of([.. before.Select(c => (int)c)], [.. after.Select(c => (int)c)])));

    [Fact]
    public void Clusterings_of_different_records_are_refused() => Assert.Throws<ArgumentException>(() => MovedRecords.Of([1], [1, 2]));

    [Theory]
    [InlineData(71)]
    [InlineData(72)]
    public void Learning_anew_after_a_few_more_records_moves_few(int seed)
    {
        var people = new People(6000, seed);
        var options = new MatcherOptions { Threads = 2 };
        var model = MatchModel.Of(Matcher.Run(People.Columns([.. people.Rows.Take(5900)]), options), "");
        var frozen = Matcher.Run(People.Columns(people.Rows), options with { Model = model });
        var moved = MovedRecords.Of(frozen.Clusters, Matcher.Run(People.Columns(people.Rows), options).Clusters);
        Assert.True(moved.Count <= 0.001 * people.Rows.Count, $"{moved.Count} of {people.Rows.Count} moved.");
    }
}
