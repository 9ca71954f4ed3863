using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Tests.Unification.Linkage.Stored;

/// <summary>A run that goes on from an earlier one compares what changed and finds what a run over all finds.</summary>
public sealed class ContinuationTests
{
    private const int Count = 2000;
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Theory]
    [InlineData(81, true)]
    [InlineData(82, false)]
    [InlineData(83, true)]
    [InlineData(84, false)]
    public void After_new_changed_and_gone_records_it_gives_what_comparing_all_gives(int seed, bool fromTheFit)
    {
        var random = new Random(seed);
        var spare = new Queue<string[]>(new People(Count + 800, seed).Rows);
        var rows = Enumerable.Range(0, Count).Select(key => (Key: key, Values: spare.Dequeue())).ToList();
        var (before, options) = (rows, s_two with { Sources = [.. rows.Select(row => row.Key % 3)], DuplicateFree = fromTheFit ? [2] : [1, 2] });
        var run = Matcher.Run(Columns(rows), options);
        var model = MatchModel.Of(run, "")!;
        run = fromTheFit ? run : Matcher.Run(Columns(rows), options with { Model = model });
        for (var round = 0; round < 4; round++)
        {
            // Some come in between, some change, some go.
            rows = [.. before.Where(_ => random.Next(60) > 0).Select(row => random.Next(60) == 0 ? (row.Key, Slip(row.Values, before, random)) : row)];
            for (var i = random.Next(50); i > 0; i--)
            {
                rows.Insert(random.Next(rows.Count), (Count + (100 * round) + i, random.Next(2) == 0 ? spare.Dequeue() : before[random.Next(before.Count)].Values));
            }

            var frozen = options with { Model = model, Sources = [.. rows.Select(row => row.Key % 3)] };
            var place = before.Select((row, i) => (row.Key, i)).ToDictionary(one => one.Key, one => one.i);
            var further = Matcher.Run(Columns(rows), frozen with { Before = new(run, [.. rows.Select(row => place.GetValueOrDefault(row.Key, -1))]) });
            var all = Matcher.Run(Columns(rows), frozen);
            Assert.InRange(further.Changed!.Value, 1, Count / 10);
            Assert.Null(all.Changed);
            Assert.Equal(all.Clusters, further.Clusters);
            Assert.Equal(all.Patterns.Patterns, further.Patterns.Patterns);
            Assert.Equal(all.Patterns.Counts, further.Patterns.Counts);
            Assert.Equal(Evidence(all), Evidence(further));
            Assert.Equal(all.Keys.Select(key => key with { LargestTaken = 0, Parts = [] }), further.Keys.Select(key => key with { LargestTaken = 0, Parts = [] }));
            Assert.Equal(ModelDrift.Of(all)!.Fields, ModelDrift.Of(further)!.Fields);
            (before, run) = (rows, further);
        }
    }

    [Fact]
    public void Without_changes_nothing_is_compared()
    {
        var people = new People(Count, 85).Rows;
        var run = Matcher.Run(People.Columns(people), s_two);
        var further = Matcher.Run(People.Columns(people), s_two with { Model = MatchModel.Of(run, ""), Before = new(run, [.. Enumerable.Range(0, people.Count)]) });
        Assert.Equal(0, further.Changed);
        Assert.Equal(run.Clusters, further.Clusters);
        Assert.Equal(run.Compared, further.Compared);
        Assert.Equal(run.Keys.Select(key => key with { Parts = [] }), further.Keys.Select(key => key with { Parts = [] }));
    }

    [Fact]
    public void All_is_compared_when_much_changed_or_the_earlier_run_is_of_another_model()
    {
        var (people, other) = (new People(Count, 86).Rows, new People(Count, 87).Rows);
        var run = Matcher.Run(People.Columns(people), s_two);
        var frozen = s_two with { Model = MatchModel.Of(run, "") };
        var half = people.Select((row, i) => i % 2 == 0 ? row : other[i % other.Count]).ToList();
        int[] same = [.. Enumerable.Range(0, half.Count)];
        var further = Matcher.Run(People.Columns(half), frozen with { Before = new(run, same) });
        Assert.Null(further.Changed);
        Assert.Equal(Matcher.Run(People.Columns(half), frozen).Clusters, further.Clusters);
        var few = Matcher.Run([.. People.Columns(people).Take(3)], s_two);
        Assert.Null(Matcher.Run(People.Columns(people), frozen with { Before = new(few, same) }).Changed);
    }

    [Fact]
    public void A_group_that_outgrows_what_is_compared_has_all_compared()
    {
        string[] Shared(int i) => [$"Name{i % 50}", $"Surname{i}", "", "", $"030 5550 {i % 7}234"];
        var people = new People(20_000, 88).Rows.ToList();
        var model = MatchModel.Of(Matcher.Run(People.Columns(people), s_two), "");
        var before = people.Concat(Enumerable.Range(0, 1900).Select(i => (string[])[.. Shared(i)[..4], "030 5550 1234"])).ToList();
        var now = before.Concat(Enumerable.Range(1900, 300).Select(i => (string[])[.. Shared(i)[..4], "030 5550 1234"])).ToList();
        var run = Matcher.Run(People.Columns(before), s_two with { Model = model });
        var further = Matcher.Run(People.Columns(now), s_two with { Model = model, Before = new(run, [.. now.Select((_, row) => row < before.Count ? row : -1)]) });
        Assert.Null(further.Changed);
        Assert.Equal(Matcher.Run(People.Columns(now), s_two with { Model = model }).Clusters, further.Clusters);
    }

    private static string[] Slip(string[] row, List<(int Key, string[] Values)> others, Random random)
    {
        var (copy, field) = (row.ToArray(), random.Next(row.Length));
        copy[field] = random.Next(3) switch
        {
            0 => "",
            1 => others[random.Next(others.Count)].Values[field],
            _ => row[field] + "x",
        };
        return copy;
    }

    private static MatchColumn[] Columns(IEnumerable<(int Key, string[] Values)> rows) => People.Columns([.. rows.Select(row => row.Values)]);

    private static IEnumerable<(ulong, double)> Evidence(MatcherResult run) =>
        run.Pairs.Select((pair, i) => (Pair: ChangedGroups.Pair((int)(pair >> 32), (int)(uint)pair), Bits: run.BitsOf(i))).Where(one => one.Bits >= -4).Order();
}
