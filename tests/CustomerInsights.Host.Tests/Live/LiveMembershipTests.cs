using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Tests.Live;

public sealed class LiveMembershipTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 25, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_stale_write_of_somebody_else_is_put_right()
    {
        await using var world = await WorldAsync();
        var number = (await world.Store.Segments.MembersAsync("big", CancellationToken.None)).Single();

        // What a job does that read before the order came and writes after it.
        await world.Store.Segments.ApplyAsync("big", [], [number], s_now, CancellationToken.None);
        await world.Store.Measures.PutProfileValuesAsync([new(number, ValueDocument.Write([KeyValuePair.Create("spend", Value.Of(1m))]))], CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the stale write");
        Assert.Equal([number], await world.Store.Segments.MembersAsync("big", CancellationToken.None));
    }

    [Fact]
    public async Task Its_own_writes_are_not_evaluated_again()
    {
        await using var world = await WorldAsync();
        var evaluated = world.Live.Progress.Now.Evaluated;
        await world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(500m)));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(evaluated + 1, world.Live.Progress.Now.Evaluated);
        Assert.Equal(await world.Store.Changes.LastAsync(CancellationToken.None), world.Live.Progress.Now.Position);
    }

    [Fact]
    public async Task Activities_that_no_rule_looks_at_evaluate_nothing()
    {
        await using var world = await WorldAsync();
        var evaluated = world.Live.Progress.Now.Evaluated;
        await world.EventAsync("v1", "visit", 1, s_now);
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(evaluated, world.Live.Progress.Now.Evaluated);
    }

    [Fact]
    public async Task A_rule_that_overflows_leaves_what_was_and_is_told()
    {
        await using var world = await WorldAsync();
        await world.SegmentAsync("odd", "age * 9000000000000000000 > 1 or spend > 100000");
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.True(world.Live.Progress.Now.Failures > 0);
        Assert.Contains("Segment 'odd': RUL030", world.Live.Progress.Now.Failure, StringComparison.Ordinal);
        await world.EventAsync("o3", "order", 2, s_now, ("amount", Value.Of(200m)));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(2, (await world.Store.Segments.MembersAsync("big", CancellationToken.None)).Length);
    }

    [Fact]
    public async Task A_deleted_segment_is_left_alone()
    {
        await using var world = await WorldAsync();
        await world.DefineAsync((DefinitionKinds.Segment, "big", null));
        await world.Store.Segments.DeleteAsync("big", CancellationToken.None);
        await world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(500m)));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Empty(await world.Store.Segments.MembersAsync("big", CancellationToken.None));
        Assert.Equal(0, world.Live.Progress.Now.Failures);
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_stood_and_flips_are_there_again()
    {
        await using var world = await WorldAsync();
        await world.SegmentAsync("lately", "exists(order where at >= ago(1d))");
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.Live.StopAsync();
        await world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(5m)));
        await world.RestartAsync();
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the restart");
        Assert.Equal(s_now.AddDays(1).AddTicks(1), world.Live.NextFlip);
        world.Clock.Now = world.Live.NextFlip!.Value;
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the flip");
        Assert.Empty(await world.Store.Segments.MembersAsync("lately", CancellationToken.None));
        Assert.Null(world.Live.NextFlip);
    }

    [Fact]
    public async Task A_pass_finds_who_is_stored_wrong_and_nobody_else()
    {
        await using var world = await WorldAsync();
        await world.SegmentAsync("grown", "age > 35");
        await world.SegmentAsync("buyers", "count(order) > 0");
        await world.SegmentAsync("grown-buyers", "segment(\"grown\") and segment(\"buyers\")");
        await world.Live.CatchUpAsync(CancellationToken.None);
        var buyers = await world.Store.Segments.MembersAsync("buyers", CancellationToken.None);
        var grown = await world.Store.Segments.MembersAsync("grown", CancellationToken.None);
        Assert.NotEmpty(buyers);
        await world.Store.Segments.ApplyAsync("buyers", [], buyers, s_now, CancellationToken.None);
        await world.Store.Segments.ApplyAsync("grown-buyers", [grown[0]], [], s_now, CancellationToken.None);
        await world.Store.Changes.AdvanceAsync(LiveMembership.Consumer, await world.Store.Changes.LastAsync(CancellationToken.None), CancellationToken.None);
        await world.RestartAsync();
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(buyers, await world.Store.Segments.MembersAsync("buyers", CancellationToken.None));
        await world.AgreeAsync("after the pass");
        Assert.Equal(buyers.Append(grown[0]).Distinct().Count(), world.Live.Progress.Now.Evaluated);
    }

    [Fact]
    public async Task Parity_tells_what_is_wrong_apart_from_what_is_only_late()
    {
        await using var world = await WorldAsync();
        var number = (await world.Store.Segments.MembersAsync("big", CancellationToken.None)).Single();
        await world.Store.Segments.ApplyAsync("big", [], [number], s_now, CancellationToken.None);
        Assert.Equal((0, 1), await ParityAsync(world));

        // As if the follower had seen that row and done nothing: a new one begins behind it, and its pass has not been listened to.
        var last = await world.Store.Changes.LastAsync(CancellationToken.None);
        await world.Store.Changes.AdvanceAsync(LiveMembership.Consumer, last, CancellationToken.None);
        await world.RestartAsync();
        Assert.Equal((1, 0), await ParityAsync(world));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal((0, 0), await ParityAsync(world));
    }

    [Fact]
    public void What_depends_on_what_is_known_through_measures_and_segments_in_order()
    {
        var rules = Rules(
            ("spend", true, "sum(order.amount)"), ("ratio", true, "spend / 2"), ("rank", true, "percentile_rank(spend)"),
            ("big", false, "ratio > 5"), ("far", false, "account.city = \"Wien\""), ("best", false, "segment(\"big\") and rank > 50"), ("seen", false, "exists(visit where at >= ago(1d))"), ("old", false, "age > 60"));
        var dependents = new DependentRules(rules);
        Assert.Equal(["spend", "ratio", "big", "best"], Names(dependents.OfActivity("order")));
        Assert.Equal(["order"], dependents.OfActivity("order").ActivityTypes);
        Assert.Equal(["seen"], Names(dependents.OfActivity("visit")));
        Assert.Equal(["seen"], Names(dependents.Timed));
        Assert.Equal(["spend", "ratio", "big", "best", "seen"], Names(dependents.ByProfile));
        Assert.Equal(["old"], dependents.AtOnce.Select(place => rules[place].Name));
        Assert.Equal(["old"], Names(dependents.Of(DependencyKind.Attribute, "age")));
        Assert.Equal(["best"], Names(dependents.Of(DependencyKind.Segment, "big")));
        Assert.Empty(Names(dependents.Of(DependencyKind.Relationship, "account")));
        Assert.Equal(["spend", "ratio", "big", "best", "seen", "old"], Names(dependents.All));
        Assert.Equal(["rank", "far"], rules.Where(rule => rule.NotLive is not null).Select(rule => rule.Name));

        IEnumerable<string> Names(RuleSet set) => set.Rules.Select(place => rules[place].Name);
    }

    private static async Task<(long Differ, long Lag)> ParityAsync(LiveStore world)
    {
        var job = new SegmentParityJob(
            world.Metadata, new SegmentAnswers(new StreamedAnswers(new PopulationScan(world.Store.Profiles, world.Store.Links), world.Store.Segments), world.Store.Segments), world.Store.Profiles, world.Store.Segments, new ChangedSince(world.Store.Changes, world.Store.Profiles), world.Live, world.Clock);
        var id = Guid.NewGuid().ToString();
        await world.Store.Jobs.AddAsync([new NewJob(id, SegmentParityJob.JobKind, null, "{}", "test", s_now)], CancellationToken.None);
        var leased = await world.Store.Jobs.LeaseAsync("test", s_now, TimeSpan.FromSeconds(30), CancellationToken.None);
        var result = await job.RunAsync(new JobContext(leased!, world.Store.Jobs, "test"), CancellationToken.None);
        Assert.Equal(1, result.Details!["segments"]);
        return (result.Details["differ"], result.Details["explainedByLag"]);
    }

    private static List<LiveRule> Rules(params (string Name, bool Measure, string Text)[] rules)
    {
        var text = new Dictionary<string, DataType> { ["city"] = DataType.Text, ["age"] = DataType.Integer, ["spend"] = DataType.Decimal, ["ratio"] = DataType.Decimal, ["rank"] = DataType.Number };
        var schema = new RuleSchema
        {
            Attributes = text,
            Relationships = new Dictionary<string, RuleSchema> { ["account"] = new() { Attributes = text } },
            Activities = new Dictionary<string, IReadOnlyDictionary<string, DataType>>
            {
                ["order"] = new Dictionary<string, DataType> { ["amount"] = DataType.Decimal },
                ["visit"] = new Dictionary<string, DataType>(),
            },
        };
        return [.. rules.Select((one, i) =>
        {
            var bound = RuleBinder.Bind(one.Text, schema, one.Measure ? RuleUse.Value : RuleUse.Condition);
            Assert.True(bound.Rule is not null && bound.Errors.Count == 0, string.Join('\n', bound.Errors));
            return one.Measure
                ? LiveRule.Of(new MeasureModel(one.Name, new MeasureDocument { Expression = one.Text }, bound.Rule))
                : LiveRule.Of(new SegmentModel(one.Name, new SegmentDocument { Rule = one.Text }, bound.Rule, TimeZoneInfo.Utc), i + 1);
        })];
    }

    // Customer 1 spent much, customer 2 nothing.
    private static async Task<LiveStore> WorldAsync()
    {
        var world = await LiveStore.OpenAsync(s_now);
        await world.MeasureAsync("spend", "sum(order.amount)");
        await world.SegmentAsync("big", "spend > 100");
        await world.ProfileAsync(1, ("age", Value.Of(30L)));
        await world.ProfileAsync(2, ("age", Value.Of(40L)));
        await world.EventAsync("o1", "order", 1, s_now.AddDays(-5), ("amount", Value.Of(150m)));
        await world.Live.StartAsync(CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("start");
        return world;
    }
}
