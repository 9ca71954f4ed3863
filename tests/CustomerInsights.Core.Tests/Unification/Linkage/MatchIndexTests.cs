using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>A run that goes on: changes reach what they reach, and give what all records together would.</summary>
public sealed class MatchIndexTests
{
    private const int Known = 2500;
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void Without_changes_the_clusters_are_those_of_the_run()
    {
        var people = new People(Known, 41);
        var run = Matcher.Run(People.Columns(people.Rows), s_two);
        var index = new MatchIndex(run);
        Assert.Equal(run.Clusters, Clusters(index));
        Assert.Empty(index.Apply([]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Batches_in_any_order_give_the_clusters_of_all_at_once(int seed)
    {
        var people = new People(2 * Known, seed);
        var known = people.Rows.Take(people.Rows.Count / 2).ToList();
        var later = people.Rows.Skip(known.Count).ToList();
        var random = new Random(seed);
        var (atOnce, byAndBy) = (Index(known), Index(known));
        atOnce.Apply([.. later.Select(row => new RecordChange(null, row))]);

        // One by one and in batches; some come wrong at first and are mended, some are not of this world and go again.
        var at = 0;
        var wrong = new List<int>();
        var gone = new List<int>();
        while (at < later.Count)
        {
            var size = Math.Min(later.Count - at, random.Next(1, 60));
            var rows = later.Skip(at).Take(size).ToList();
            var bad = random.Next(4) == 0;
            byAndBy.Apply([.. rows.Select(row => new RecordChange(null, bad ? known[random.Next(known.Count)] : row))]);
            if (bad)
            {
                wrong.AddRange(Enumerable.Range(byAndBy.Count - size, size).Where(row => true));
                byAndBy.Apply([.. rows.Select((row, i) => new RecordChange(byAndBy.Count - size + i, row))]);
            }

            at += size;
        }

        byAndBy.Apply([.. known.Take(40).Select(row => new RecordChange(null, row))]);
        gone.AddRange(Enumerable.Range(byAndBy.Count - 40, 40));
        byAndBy.Apply([.. gone.Select(row => new RecordChange(row, null))]);
        Assert.NotEmpty(wrong);
        Assert.Equal(Clusters(atOnce), Clusters(byAndBy)[..atOnce.Count]);
        Assert.Equal(gone, Clusters(byAndBy)[atOnce.Count..]);
    }

    [Fact]
    public void A_record_that_shares_nothing_changes_no_cluster()
    {
        var index = Index(new People(Known, 42).Rows);
        var before = Clusters(index);
        Assert.Empty(index.Apply([new(null, ["Zzyzx", "Qwxyz", "1811-11-11", "nobody@nowhere.invalid", "+99 000 999 888 77"])]));
        Assert.Equal([.. before, before.Length], Clusters(index));
    }

    [Fact]
    public void What_was_added_and_taken_away_again_leaves_everything_as_it_was()
    {
        var people = new People(Known, 43);
        var index = Index(people.Rows);
        var before = Clusters(index);
        index.Apply([.. people.Rows.Take(200).Select(row => new RecordChange(null, row))]);
        Assert.NotEmpty(index.Apply([.. Enumerable.Range(people.Rows.Count, 200).Select(row => new RecordChange(row, null))]));
        Assert.Equal(before, Clusters(index)[..before.Length]);
    }

    [Fact]
    public void A_record_is_found_where_adding_it_would_put_it_and_finding_it_changes_nothing()
    {
        var people = new People(2 * Known, 44);
        var (known, later) = (people.Rows.Take(people.Rows.Count - 300).ToList(), people.Rows.Skip(people.Rows.Count - 300).ToList());
        var index = Index(known);
        var joined = 0;
        foreach (var row in later)
        {
            var found = index.Find(row);
            Assert.Equal(found.Members, index.Find(row).Members);
            Assert.Equal(found.Partners.OrderByDescending(one => one.Bits), found.Partners);
            index.Apply([new(null, row)]);
            var own = index.ClusterOf(index.Count - 1);
            Assert.Equal(found.Members, Enumerable.Range(0, index.Count - 1).Where(other => index.ClusterOf(other) == own));
            joined += found.Members.Count > 0 ? 1 : 0;
        }

        Assert.InRange(joined, 30, 300);
    }

    [Fact]
    public void A_group_that_outgrows_the_bound_is_left_out_in_whatever_order_it_grew()
    {
        var people = new People(Known, 45);
        string[] Shared(int i) => [$"Name{i % 50}", $"Surname{i}", "", "", "030 5550 1234"];
        var (atOnce, byAndBy) = (Index(people.Rows), Index(people.Rows));
        atOnce.Apply([.. Enumerable.Range(0, 2300).Select(i => new RecordChange(null, Shared(i)))]);
        for (var at = 0; at < 2300; at += 460)
        {
            byAndBy.Apply([.. Enumerable.Range(at, 460).Select(i => new RecordChange(null, Shared(i)))]);
        }

        Assert.Equal(Clusters(atOnce), Clusters(byAndBy));

        // And back: with fewer records the group counts again.
        byAndBy.Apply([.. Enumerable.Range(people.Rows.Count + 1500, 800).Select(row => new RecordChange(row, null))]);
        var few = Index(people.Rows);
        few.Apply([.. Enumerable.Range(0, 1500).Select(i => new RecordChange(null, Shared(i)))]);
        Assert.Equal(Clusters(few), Clusters(byAndBy)[..few.Count]);
    }

    [Fact]
    public void What_somebody_told_holds_whatever_comes_later()
    {
        var people = new People(Known, 47);
        var index = Index(people.Rows);
        var first = index.Count;

        // Two equal records are one until somebody says that they are not; a third that is like both cannot bring them together.
        index.Apply([new(null, people.Rows[0]), new(null, people.Rows[0])]);
        Assert.Equal(index.ClusterOf(first), index.ClusterOf(first + 1));
        Assert.NotEmpty(index.Tell([], [(first, first + 1)]));
        index.Apply([.. Enumerable.Range(0, 5).Select(_ => new RecordChange(null, people.Rows[0]))]);
        Assert.NotEqual(index.ClusterOf(first), index.ClusterOf(first + 1));

        // And two that have nothing in common are one when somebody says so, though one of them changes.
        var (one, other) = (first, Enumerable.Range(0, first).First(row => index.ClusterOf(row) == row && people.Rows[row][1] != people.Rows[0][1]));
        index.Tell([(one, other)], []);
        Assert.Equal(index.ClusterOf(one), index.ClusterOf(other));
        index.Apply([new(other, ["Quite", "Different", "1901-02-03", "", ""])]);
        Assert.Equal(index.ClusterOf(one), index.ClusterOf(other));
    }

    [Fact]
    public void A_source_that_has_each_person_once_keeps_its_records_apart()
    {
        var people = new People(Known, 48);
        var options = s_two with { Sources = [.. people.Rows.Select((_, row) => row % 2)], DuplicateFree = [1] };
        var index = new MatchIndex(Matcher.Run(People.Columns(people.Rows), options));
        var first = index.Count;
        index.Apply([new(null, people.Rows[0]) { Source = 1 }, new(null, people.Rows[0]) { Source = 1 }, new(null, people.Rows[0]) { Source = 0 }]);
        Assert.NotEqual(index.ClusterOf(first), index.ClusterOf(first + 1));
        Assert.DoesNotContain(first, index.Find(people.Rows[0], 1).Members);
    }

    [Fact]
    public void A_change_to_a_record_that_is_not_there_is_refused()
    {
        var index = Index(new People(50, 46).Rows);
        Assert.Throws<ArgumentException>(() => index.Apply([new(100_000, null)]));
        Assert.Throws<ArgumentException>(() => index.Apply([new(1, null), new(1, null)]));
        Assert.Throws<ArgumentException>(() => index.Find(["too", "few"]));
    }

    private static MatchIndex Index(IReadOnlyList<string[]> rows) => new(Matcher.Run(People.Columns(rows), s_two), 2);

    private static int[] Clusters(MatchIndex index) => [.. Enumerable.Range(0, index.Count).Select(index.ClusterOf)];
}
