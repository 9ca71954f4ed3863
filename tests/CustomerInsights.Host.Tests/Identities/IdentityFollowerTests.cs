using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Unification;
using CustomerInsights.Host.Features.Unification.Live;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Tests.Identities;

public sealed class IdentityFollowerTests
{
    private const string Web = "web.identities";

    [Fact]
    public async Task A_visitor_who_signs_in_keeps_the_history()
    {
        await using var world = await IdentityWorld.OpenAsync();
        await world.TrackAsync("web", "e1", null, "a", 1);
        await world.FollowAsync();
        Assert.Empty(await world.ProfilesAsync());
        await world.IdentifyAsync("web", "42", "a", 2, ("email", "Ann@x"));
        await world.FollowAsync();
        var profile = Assert.Single(await world.ProfilesAsync());
        Assert.Equal(
            "web.identities/anonymous_id/a web.identities/user_id/42 | anonymous_id=a email=ann@x user_id=42 | email:Ann@x | Ann@x | known | web.events/e1@120001",
            await world.WholeAsync(profile));
        await world.CheckAsync();
        Assert.Equal(0, (await world.RunAsync()).Changed);
    }

    [Fact]
    public async Task A_file_and_an_event_meet_by_an_address_whichever_comes_first_and_the_older_id_stays()
    {
        await using var world = await IdentityWorld.OpenAsync();
        await world.ImportAsync("c1", ("email", "ann@x"), ("name", "Ann"));
        await world.RunAsync();
        var id = Assert.Single(await world.ProfilesAsync()).Id;
        await world.IdentifyAsync("web", "42", null, 1, ("email", "ann@x"));
        await world.IdentifyAsync("app", "43", null, 1, ("email", "bob@x"));
        await world.FollowAsync();
        Assert.Equal(id, (await world.ProfileAsync(Web, "user_id/42"))!.Id);
        await world.ImportAsync("c2", ("email", "bob@x"));
        var bob = (await world.ProfileAsync("app.identities", "user_id/43"))!.Id;
        await world.RunAsync();
        Assert.Equal(bob, (await world.ProfileAsync("crm.contacts", "c2"))!.Id);
        Assert.Equal(2, (await world.ProfilesAsync()).Count);
    }

    [Fact]
    public async Task An_event_that_ties_two_profiles_merges_them_and_the_ledger_says_by_what()
    {
        await using var world = await IdentityWorld.OpenAsync();
        await world.IdentifyAsync("web", null, "a", 1, ("email", "ann@x"));
        await world.IdentifyAsync("web", "42", null, 2);
        await world.FollowAsync();
        Assert.Equal(2, (await world.ProfilesAsync()).Count);
        await world.IdentifyAsync("web", "42", "a", 3);
        await world.FollowAsync();
        var entry = (await world.Store.Ledger.ListAsync(new LedgerQuery(Kind: LedgerKind.Merged), null, 10, default)).Items.Single();
        Assert.Equal((CauseKind.Event, "identify:web", EdgeKind.Asserted), (entry.CauseKind, entry.Because!.Rule, entry.Because.Kind));
        Assert.StartsWith("feed:", entry.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undone_merge_of_an_event_brings_both_profiles_back_whole_and_neither_events_nor_runs_merge_again()
    {
        await using var world = await IdentityWorld.OpenAsync();
        await world.ImportAsync("c1", ("email", "ann@x"), ("name", "Ann"));
        await world.RunAsync();
        await world.TrackAsync("web", "e1", null, "a", 1);
        await world.IdentifyAsync("web", null, "a", 1, ("email", "ann@x"));
        await world.TrackAsync("web", "e2", "42", null, 2);
        await world.IdentifyAsync("app", "42", null, 2, ("phone", "555 01"));
        await world.FollowAsync();
        var before = await world.StateAsync(ids: true);
        Assert.Equal(2, (await world.ProfilesAsync()).Count);
        await world.IdentifyAsync("web", "42", "a", 3);
        await world.FollowAsync();
        Assert.Single(await world.ProfilesAsync());

        var merge = (await world.Store.Ledger.ListAsync(new LedgerQuery(Kind: LedgerKind.Merged), null, 10, default)).Items.Single();
        var (verdict, problem) = await world.Of<Stewardship>().UndoAsync(merge.Entry, null, "steward", default);
        Assert.True(verdict is not null, problem?.ProblemDetails.Title);
        string Profiles(string state) => string.Join('\n', state.Split('\n').Where(line => !line.StartsWith("Identifier", StringComparison.Ordinal)));
        Assert.Equal(Profiles(before), Profiles(await world.StateAsync(ids: true)));

        await world.TrackAsync("web", "e3", "42", "a", 4);
        await world.FollowAsync();
        await world.RunAsync();
        await world.CheckAsync();
        Assert.Equal(2, (await world.ProfilesAsync()).Count);

        // The verdict taken back, the next look merges again, and the older id stays as ever.
        await world.Store.Verdicts.TakeBackAsync(verdict!, "steward", default);
        await world.RunAsync();
        Assert.Equal(merge.Profile, Assert.Single(await world.ProfilesAsync()).Id);
    }

    [Fact]
    public async Task A_family_address_chains_no_strangers_and_is_told_as_demoted()
    {
        await using var world = await IdentityWorld.OpenAsync();
        foreach (var user in new[] { "1", "2", "3" })
        {
            await world.IdentifyAsync("web", user, null, 1, ("email", "family@x"));
            await world.FollowAsync();
        }

        Assert.Equal(3, (await world.ProfilesAsync()).Count);
        var demotion = Assert.Single((await world.Store.Identities.ListDemotionsAsync(IdentityWorld.Type, null, 10, default)).Items);
        Assert.Equal(("family@x", 3L, "user_id"), (demotion.Demoted.Identifier.Value, demotion.Profiles, demotion.Demoted.Breach!.Type));
        await world.IdentifyAsync("web", "2", null, 5, ("email", "two@x"));
        await world.IdentifyAsync("web", "3", null, 5, ("email", "three@x"));
        await world.FollowAsync();
        Assert.Empty((await world.Store.Identities.ListDemotionsAsync(IdentityWorld.Type, null, 10, default)).Items);
        Assert.Equal(0, (await world.RunAsync()).Changed);
    }

    [Fact]
    public async Task What_events_tell_during_a_run_waits_for_its_end_and_is_not_lost_by_a_restart()
    {
        await using var world = await IdentityWorld.OpenAsync();
        var gate = world.Of<UnificationGate>();
        using (await gate.EnterAsync(IdentityWorld.Type, default))
        {
            await world.IdentifyAsync("web", "42", null, 1, ("email", "ann@x"));
            await world.FollowAsync();
            Assert.Empty(await world.ProfilesAsync());
            Assert.Equal([IdentityWorld.Type], world.Follower.Progress.Now.Waiting);
            Assert.True(await world.Store.Changes.PositionAsync(IdentityFollower.Consumer, default) < await world.Store.Changes.LastAsync(default));
        }

        await world.FollowAsync();
        Assert.Single(await world.ProfilesAsync());
        Assert.Empty(world.Follower.Progress.Now.Waiting);
        Assert.Equal(await world.Store.Changes.PositionAsync(IdentityFollower.Consumer, default), world.Follower.Position);
    }

    [Fact]
    public async Task Thousands_of_browsers_of_one_user_hold_up_nobody_and_the_run_takes_as_many_as_the_limit_allows()
    {
        await using var world = await IdentityWorld.OpenAsync();
        var follower = Follower(world, 500);
        await follower.StartAsync(default);
        await world.IdentifyManyAsync("web", "bot", 3000);
        await world.IdentifyAsync("web", "42", "a", 1);
        await follower.CatchUpAsync(default);
        Assert.Equal("42", Assert.Single(await world.ProfilesAsync()).Identifiers.Single(one => one.Type == "user_id").Value);
        Assert.True(follower.Progress.Now.LeftCount >= 3000, "The browsers were not left to the run.");
        await world.RunAsync();
        var bot = (await world.ProfileAsync(Web, "user_id/bot"))!;
        Assert.Equal(1000, bot.Identifiers.Count(one => one.Type == "anonymous_id"));
        Assert.Equal(2, (await world.ProfilesAsync()).Count);
        await world.CheckAsync();
    }

    [Fact]
    public async Task Unknown_visitors_who_are_kept_are_marked_and_expire_and_what_is_known_stays()
    {
        await using var world = await IdentityWorld.OpenAsync(new JsonObject { ["unknownVisitors"] = "keep", ["unknownExpireAfter"] = "2d" });
        await world.TrackAsync("web", "e1", null, "old", 1);
        await world.TrackAsync("web", "e2", "42", "known", 1);
        await world.FollowAsync();
        Assert.Equal([false, true], (await world.ProfilesAsync()).Select(profile => profile.IsUnknown).Order());
        world.Clock.Now += TimeSpan.FromDays(1);
        await world.TrackAsync("web", "e3", null, "young", 86_400);
        await world.FollowAsync();
        world.Clock.Now += TimeSpan.FromDays(1.5);
        var job = await world.JobAsync(IdentityExpiryJob.JobKind, null);
        Assert.Equal(1, job.Changed);
        await world.FollowAsync();
        Assert.Null(await world.ProfileAsync(Web, "anonymous_id/old"));
        Assert.NotNull(await world.ProfileAsync(Web, "anonymous_id/young"));
        Assert.NotNull(await world.ProfileAsync(Web, "anonymous_id/known"));
        Assert.Equal(0, (await world.RunAsync()).Changed);
        Assert.Equal(0, (await world.JobAsync(IdentityExpiryJob.JobKind, null)).Changed);
    }

    [Fact]
    public async Task Folded_visitors_expire_too_with_their_events()
    {
        await using var world = await IdentityWorld.OpenAsync();
        await world.TrackAsync("web", "e1", null, "old", 1);
        await world.FollowAsync();
        world.Clock.Now += TimeSpan.FromDays(8);
        Assert.Equal(1, (await world.JobAsync(IdentityExpiryJob.JobKind, null)).Changed);
        Assert.Equal(0, (await world.Store.Activities.CountAsync(default)).Sum(type => type.Total));
        await world.TrackAsync("web", "e2", "42", "old", 2);
        await world.FollowAsync();
        Assert.Single(await world.ProfilesAsync());
    }

    [Fact]
    public async Task More_than_can_be_unified_at_once_is_left_to_the_run_and_told()
    {
        await using var world = await IdentityWorld.OpenAsync();
        var follower = Follower(world, 4);
        await follower.StartAsync(default);
        for (var i = 0; i < 6; i++)
        {
            await world.IdentifyAsync("web", $"{i}", null, 1, i == 0 ? [("email", "own@x")] : [("email", "info@x")]);
        }

        await follower.CatchUpAsync(default);

        // The last to come would be the fifth with that address.
        Assert.Equal(5, (await world.ProfilesAsync()).Count);
        var (_, count, left, _) = follower.Progress.Now;
        Assert.Equal((1L, "user_id/5"), (count, left[0].Record!.Key));
        await world.RunAsync();
        Assert.Equal(6, (await world.ProfilesAsync()).Count);
        await world.CheckAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Neither_the_order_of_events_and_files_nor_who_looks_when_changes_the_profiles(int seed)
    {
        var fuzz = new IdentityFuzz();
        for (var round = 0; round < 4; round++)
        {
            await fuzz.RoundAsync(seed, round);
        }

        Assert.True(fuzz.Merged > 0, "The rounds tied nothing; choose another seed.");
    }

    private static IdentityFollower Follower(IdentityWorld world, int most) => new(
        world.Of<ActivePolicies>(), world.Of<MetadataService>(), new IdentityReach(world.Store.Identities, world.Clock) { Most = most }, world.Of<PartialUnification>(), world.Store.Profiles, world.Store.Changes, world.Of<UnificationGate>(), world.Clock);
}
