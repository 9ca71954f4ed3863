using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Keys that an expert writes.</summary>
public sealed class MatchKeyTests
{
    private static readonly People s_people = new(1500, 9);
    private static readonly MatchKey s_own = Key(("phone", "first six digits"), ("dob", "year and day"));

    [Fact]
    public void The_chosen_keys_written_out_give_the_same_pairs_and_clusters()
    {
        var chosen = Run();
        var written = Run([.. chosen.Keys.Select(key => new MatchKey { Parts = key.Parts })], MatchKeyUse.Only);
        Assert.Equal(chosen.Keys.Select(key => (key.Name, key.Pairs, key.LargestTaken)), written.Keys.Select(key => (key.Name, key.Pairs, key.LargestTaken)));
        Assert.Equal(chosen.Clusters, written.Clusters);
    }

    [Fact]
    public void Keys_that_are_written_alone_find_all_pairs()
    {
        var result = Run([Key(("email", "value"))], MatchKeyUse.Only);
        Assert.Equal("email: value", Assert.Single(result.Keys).Name);
        var email = result.Fields[3].Column;
        Assert.Equal(result.Keys[0].Pairs, result.Compared);
        Assert.All(result.Pairs, pair => Assert.Equal(email.Ids[(int)(pair >> 32)], email.Ids[(int)(uint)pair]));
        Assert.NotEmpty(result.Pairs);
    }

    [Fact]
    public void Keys_that_are_added_stand_first_and_others_find_what_they_do_not()
    {
        var (chosen, added) = (Run(), Run([s_own], MatchKeyUse.Add));
        Assert.Equal("phone: first six digits + dob: year and day", added.Keys[0].Name);
        Assert.DoesNotContain(added.Keys[0].Name, chosen.Keys.Select(key => key.Name));
        Assert.InRange(added.Keys.Count, 2, chosen.Keys.Count + 1);
        Assert.Equal(added.Keys.Count, added.Keys.Select(key => string.Join('+', key.Parts.Select(part => part.ToString()).Order())).Distinct().Count());
        Assert.True(ClusterScores.Of(added.Clusters, s_people.Truth).F1 > 0.95);
    }

    [Fact]
    public void Keys_are_not_used_unless_it_is_said_and_one_that_cannot_be_used_is_told()
    {
        Assert.Equal(Run().Clusters, Run([s_own], MatchKeyUse.Auto).Clusters);
        var lost = Run([Key(("email", "value")), Key(("nothing", "value"))], MatchKeyUse.Only);
        Assert.Equal(["email: value", "nothing: value"], lost.Keys.Select(key => key.Name));
        Assert.Equal(0, lost.Keys[1].Pairs);
        var none = Run([Key(("nothing", "value"))], MatchKeyUse.Only);
        Assert.Equal(0, none.Compared);
        Assert.Equal(Enumerable.Range(0, s_people.Rows.Count), none.Clusters);
    }

    [Fact]
    public void The_order_of_records_and_threads_changes_nothing_and_an_index_goes_on_with_levels_and_keys()
    {
        var options = new MatcherOptions { Keys = [s_own, Key(("surname", "first three letters"))], KeyUse = MatchKeyUse.Add, Levels = Levels(), Threads = 1 };
        var first = Matcher.Run(People.Columns(s_people.Rows), options);
        var clusters = first.Clusters.ToArray();
        var order = Enumerable.Range(0, s_people.Rows.Count).ToArray();
        new Random(3).Shuffle(order);
        var second = Matcher.Run(People.Columns([.. order.Select(row => s_people.Rows[row])]), options with { Threads = 3 });
        var moved = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            moved[order[i]] = second.Clusters[i];
        }

        Assert.Equal(1, ClusterScores.Of(moved, clusters).F1);
        var index = new MatchIndex(first);
        var away = Enumerable.Range(0, 40).Select(i => i * 31).ToArray();
        index.Apply([.. away.Select(row => new RecordChange(row, null))]);
        index.Apply([.. away.Select(row => new RecordChange(row, s_people.Rows[row]))]);
        Assert.Equal(clusters, Enumerable.Range(0, clusters.Length).Select(index.ClusterOf));
        var explained = new KeysInCommon(first).InCommon((int)(first.Pairs[0] >> 32), (int)(uint)first.Pairs[0]).ToList();
        Assert.Contains(explained, key => key.Taken);
    }

    [Fact]
    public void Every_type_names_the_parts_that_its_keys_have()
    {
        Assert.Equal(["sound", "first three letters"], MatchKeys.PartsOf(MatchFieldType.GivenName));
        Assert.Equal(["value", "word 1", "word 2", "first four letters"], MatchKeys.PartsOf(MatchFieldType.Address));
        Assert.Empty(MatchKeys.PartsOf(MatchFieldType.Ignored));
        Assert.All(Enum.GetValues<MatchFieldType>().Where(type => type != MatchFieldType.Ignored), type => Assert.NotEmpty(MatchKeys.PartsOf(type)));
    }

    private static Dictionary<string, IReadOnlyList<MatchLevel>> Levels() => new(StringComparer.Ordinal)
    {
        ["surname"] = [new() { When = [new() { Test = LevelTest.JaroWinkler, AtLeast = 0.95 }] }, new() { When = [new() { Test = LevelTest.Sound }] }],
        ["dob"] = [new() { When = [new() { Test = LevelTest.DaysApart, AtMost = 40 }] }],
    };

    private static MatcherResult Run(IReadOnlyList<MatchKey>? keys = null, MatchKeyUse use = MatchKeyUse.Auto) =>
        Matcher.Run(People.Columns(s_people.Rows), new MatcherOptions { Keys = keys ?? [], KeyUse = use });

    private static MatchKey Key(params (string Field, string Part)[] parts) => new() { Parts = [.. parts.Select(part => new MatchKeyPart { Field = part.Field, Part = part.Part })] };
}
