using System.Reflection;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Tests.Live;

/// <summary>Lists, schedules and activation under live membership, and a job that writes beside it.</summary>
public sealed class LiveKindsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 25, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_rule_that_asks_for_a_list_follows_the_list()
    {
        await using var world = await WorldAsync();
        await world.DefineAsync((DefinitionKinds.Segment, "list", """{"kind":"static"}"""));
        await world.SegmentAsync("grown", "segment(\"list\") and age > 35");
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Empty(await MembersAsync(world, "grown"));

        var all = await MembersAsync(world, "everybody");
        await world.Store.Segments.ApplyAsync("list", all, [], s_now, CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        var grown = Assert.Single(await MembersAsync(world, "grown"));

        await world.Store.Segments.ApplyAsync("list", [], [grown], s_now, CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Empty(await MembersAsync(world, "grown"));
        Assert.Equal(all.Except([grown]), await MembersAsync(world, "list"));
    }

    [Theory]
    [InlineData("""{"rule":"age > 10","active":false}""")]
    [InlineData("""{"rule":"age > 10","schedule":{"run":"manual"}}""")]
    [InlineData("""{"rule":"age > 10","schedule":{"cron":"0 6 * * *"}}""")]
    public async Task A_segment_that_does_not_follow_is_not_touched(string document)
    {
        await using var world = await WorldAsync();
        await world.DefineAsync((DefinitionKinds.Segment, "still", document));
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.ProfileAsync(1, ("age", Value.Of(50L)));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Empty(await MembersAsync(world, "still"));
    }

    [Fact]
    public async Task A_segment_is_live_from_the_moment_of_its_activation_to_that_of_its_end()
    {
        await using var world = await WorldAsync();
        var (from, to) = (s_now.AddDays(1), s_now.AddDays(2));
        await world.DefineAsync((DefinitionKinds.Segment, "week", """{"rule":"age > 10","activateAt":"2026-03-26T09:00:00Z","deactivateAt":"2026-03-27T09:00:00Z"}"""));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(from.UtcTicks, world.Live.Wake);

        world.Clock.Now = from.AddTicks(-1);
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Empty(await MembersAsync(world, "week"));

        world.Clock.Now = from;
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(2, (await MembersAsync(world, "week")).Length);
        Assert.Equal(to.UtcTicks, world.Live.Wake);

        world.Clock.Now = to;
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.ProfileAsync(1, ("age", Value.Of(5L)));
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Equal(2, (await MembersAsync(world, "week")).Length);
    }

    [Fact]
    public async Task A_job_leaves_out_who_moved_behind_its_snapshot()
    {
        await using var world = await WorldAsync();
        var result = await RunJobAsync(world, async () =>
        {
            await world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(500m)));
            await world.Live.CatchUpAsync(CancellationToken.None);
        });
        Assert.Equal((0, 0), (result.Details!["entered"], result.Details["left"]));
        Assert.Equal(2, (await MembersAsync(world, "big")).Length);
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the job");
    }

    [Fact]
    public async Task A_job_still_writes_who_did_not_change_behind_its_snapshot()
    {
        await using var world = await WorldAsync();
        var first = (await MembersAsync(world, "big")).Single();
        await world.Store.Segments.ApplyAsync("big", [], [first], s_now, CancellationToken.None);
        var result = await RunJobAsync(world, () => world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(500m))));
        Assert.Equal((1, 0), (result.Details!["entered"], result.Details["left"]));
        Assert.Equal([first], await MembersAsync(world, "big"));
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the job");
    }

    [Fact]
    public async Task Who_moves_between_the_jobs_last_look_and_its_write_is_not_moved_back()
    {
        await using var world = await WorldAsync();
        await world.DefineAsync((DefinitionKinds.Segment, "ordered", """{"rule":"count(order) > 0"}"""));
        await world.Live.CatchUpAsync(CancellationToken.None);
        var last = await world.Store.Segments.LastMoveAsync(CancellationToken.None);
        var store = DispatchProxy.Create<ISegmentStore, InterruptedStore>();
        var interrupted = (InterruptedStore)(object)store;
        interrupted.Store = world.Store.Segments;
        interrupted.BeforeMembers = async () =>
        {
            await world.EventAsync("o2", "order", 2, s_now, ("amount", Value.Of(500m)));
            await world.Live.CatchUpAsync(CancellationToken.None);
        };
        var result = await RunJobAsync(world, () => Task.CompletedTask, store);
        Assert.Equal((0, 0), (result.Details!["entered"], result.Details["left"]));

        // One coming a segment, and nothing that was taken back.
        var (moves, _) = await world.Store.Segments.MovesAsync(last, null, 100, CancellationToken.None);
        Assert.Equal(["big", "ordered"], moves.Select(move => move.Segment).Order(StringComparer.Ordinal));
        Assert.All(moves, move => Assert.True(move.Entered));
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("after the job");
    }

    [Fact]
    public async Task Time_that_went_on_while_a_job_computed_is_not_set_back()
    {
        await using var world = await WorldAsync();
        await world.SegmentAsync("lately", "count(order where at >= ago(6d)) > 0");
        await world.Live.CatchUpAsync(CancellationToken.None);
        Assert.Single(await MembersAsync(world, "lately"));
        var result = await RunJobAsync(world, async () =>
        {
            world.Clock.Now = s_now.AddDays(2);
            await world.Live.CatchUpAsync(CancellationToken.None);
        });
        Assert.Equal((0, 0), (result.Details!["entered"], result.Details["left"]));
        Assert.Empty(await MembersAsync(world, "lately"));
    }

    [Theory]
    [InlineData("""{"expression":"if(segment(\"big\"), 1, 0)"}""")]
    [InlineData("""{"business":true,"expression":"count(profile where segment(\"big\"))"}""")]
    public async Task A_measure_that_asks_for_a_segment_is_refused(string document)
    {
        await using var world = await WorldAsync();
        var outcome = await world.Metadata.ApplyAsync(
            [new DefinitionChange(DefinitionKinds.Measure, "odd", document)], Discovered.Nothing, "test", CancellationToken.None);
        Assert.False(outcome.Done);
        Assert.Contains("cannot ask for membership in segment 'big'", string.Join('\n', outcome.Faults), StringComparison.Ordinal);
    }

    private static async Task<long[]> MembersAsync(LiveStore world, string segment) => [.. await world.Store.Segments.MembersAsync(segment, CancellationToken.None)];

    // Customer 1 spent much, customer 2 nothing.
    private static async Task<LiveStore> WorldAsync()
    {
        var world = await LiveStore.OpenAsync(s_now);
        await world.SegmentAsync("big", "sum(order.amount) > 100");
        await world.SegmentAsync("everybody", "true");
        await world.ProfileAsync(1, ("age", Value.Of(30L)));
        await world.ProfileAsync(2, ("age", Value.Of(40L)));
        await world.EventAsync("o1", "order", 1, s_now.AddDays(-5), ("amount", Value.Of(150m)));
        await world.Live.StartAsync(CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        return world;
    }

    // Something happens when the job has its answer and has not written it.
    private static async Task<JobResult> RunJobAsync(LiveStore world, Func<Task> meanwhile, ISegmentStore? segments = null)
    {
        var store = world.Store;
        var answers = new Interrupted(new StreamedAnswers(new PopulationScan(store.Profiles, store.Links), store.Segments), meanwhile);
        using var job = new SegmentsJob(
            world.Metadata, new SegmentAnswers(answers, store.Segments), segments ?? store.Segments, store.SegmentStates, new ChangedSince(store.Changes, store.Profiles), store.Changes, world.Clock);
        await store.Jobs.AddAsync([new NewJob(Guid.NewGuid().ToString(), SegmentsJob.JobKind, null, "{}", "test", s_now)], CancellationToken.None);
        var leased = await store.Jobs.LeaseAsync("test", s_now, TimeSpan.FromSeconds(30), CancellationToken.None);
        return await job.RunAsync(new JobContext(leased!, store.Jobs, "test"), CancellationToken.None);
    }

    /// <summary>A store to which something happens before the members of a segment are read the first time.</summary>
    public class InterruptedStore : DispatchProxy
    {
        public ISegmentStore Store { get; set; } = null!;

        public Func<Task>? BeforeMembers { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(ISegmentStore.MembersAsync) && BeforeMembers is { } before)
            {
                BeforeMembers = null;
                return new ValueTask<long[]>(MembersAsync(before, (string)args![0]!));
            }

            return targetMethod.Invoke(Store, args);
        }

        private async Task<long[]> MembersAsync(Func<Task> before, string segment)
        {
            await before();
            return await Store.MembersAsync(segment, CancellationToken.None);
        }
    }

    private sealed class Interrupted(IPopulationAnswers answers, Func<Task> meanwhile) : IPopulationAnswers
    {
        public async ValueTask<MembershipAnswer> MembersAsync(
            PopulationQuestion question, IReadOnlyList<SegmentModel> segments, IReadOnlyDictionary<string, long[]> given, CancellationToken cancellationToken)
        {
            var answer = await answers.MembersAsync(question, segments, given, cancellationToken);
            await meanwhile();
            return answer;
        }

        public ValueTask<IReadOnlyList<IReadOnlyList<BusinessRow>>> BusinessAsync(
            PopulationQuestion question, IReadOnlyList<MeasureModel> measures, CancellationToken cancellationToken) => answers.BusinessAsync(question, measures, cancellationToken);

        public IAsyncEnumerable<ProfileValues> ValuesAsync(PopulationQuestion question, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken) =>
            answers.ValuesAsync(question, rules, cancellationToken);

        public ValueTask<IReadOnlyList<ProfileValues>> ValuesOfAsync(
            PopulationQuestion question, IReadOnlyList<BoundRule> rules, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
            answers.ValuesOfAsync(question, rules, numbers, cancellationToken);
    }
}
