using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class IdentifierStoreContract : StoreContract
{
    private IIdentifierStore Identifiers => Store.Identifiers;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_newest_by_its_own_time_wins_whatever_the_order_of_arrival(bool turned)
    {
        foreach (var aspect in new[] { IdentifierAspect.Consent, IdentifierAspect.Deliverability, IdentifierAspect.OptOut })
        {
            IdentifierChange[] changes = [Change(aspect, ConsentStatus.True, 1), Change(aspect, ConsentStatus.False, 2)];
            var applied = await Identifiers.ApplyAsync(turned ? [.. changes.Reverse()] : changes, At(9), None);
            Assert.Equal(turned ? [true, false] : [true, true], applied);
        }

        var state = (await Identifiers.FindAsync("email", "a@b.example", None))!;
        Assert.Equal((ConsentStatus.False, At(2), false, At(2), false, At(2)), (state.Consent, state.ConsentAt!.Value, state.Deliverable, state.DeliverabilityAt!.Value, state.OptedOut, state.OptedOutAt!.Value));
        var history = await PagesAsync(after => Identifiers.HistoryAsync("email", "a@b.example", after, 2, None));
        Assert.Equal(6, history.Count);
        Assert.Equal(turned ? 3 : 6, history.Count(told => told.Applied));
        Assert.Equal(IdentifierAspect.OptOut, history[0].Change.Aspect);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_the_same_time_the_more_careful_one_wins(bool turned)
    {
        IdentifierChange[] changes =
        [
            Change(IdentifierAspect.Consent, ConsentStatus.True, 1), Change(IdentifierAspect.Consent, ConsentStatus.False, 1),
            Change(IdentifierAspect.OptOut, ConsentStatus.True, 1), Change(IdentifierAspect.OptOut, ConsentStatus.False, 1),
        ];
        await Identifiers.ApplyAsync(turned ? [.. changes.Reverse()] : changes, At(9), None);
        var state = (await Identifiers.FindAsync("email", "a@b.example", None))!;
        Assert.Equal((ConsentStatus.False, true), (state.Consent, state.OptedOut));
    }

    [Fact]
    public async Task What_is_told_twice_is_kept_once_and_what_is_restated_undoes_nothing()
    {
        var crm = Change(IdentifierAspect.Consent, ConsentStatus.True, 1) with { Source = "crm", Restated = true };
        Assert.Equal([true, true], await Identifiers.ApplyAsync([crm, crm], At(9), None));
        await Identifiers.ApplyAsync([Change(IdentifierAspect.Consent, ConsentStatus.False, 2)], At(9), None);
        Assert.Equal([false], await Identifiers.ApplyAsync([crm with { At = At(3) }], At(9), None));
        Assert.Equal(ConsentStatus.False, (await Identifiers.FindAsync("email", "a@b.example", None))!.Consent);
        Assert.Equal(2, (await Identifiers.HistoryAsync("email", "a@b.example", null, 9, None)).Items.Count);
    }

    [Fact]
    public async Task State_outlives_profiles_and_every_change_is_told_to_those_who_hold_the_identifier()
    {
        await Identifiers.ApplyAsync([Change(IdentifierAspect.Consent, ConsentStatus.True, 1)], At(9), None);
        await PutAsync(1, "a@b.example", "c@d.example");
        await PutAsync(2, "a@b.example");
        await PutAsync(3);
        var (last, number) = (await Store.Changes.LastAsync(None), (await Store.Profiles.FindAsync(Id(1), None))!.Number);
        await Identifiers.ApplyAsync([Change(IdentifierAspect.Consent, ConsentStatus.Unknown, 0), Change(IdentifierAspect.OptOut, ConsentStatus.True, 2)], At(9), None);
        Assert.Equal(2, (await Store.Changes.ReadAsync(last, 9, None)).Count(row => row.Kind == ChangeKind.Identifier));
        await Identifiers.SeeAsync([new("email", "c@d.example", At(5), "web"), new("email", "c@d.example", At(4), "shop")], None);

        var streamed = await AllAsync(Identifiers.StreamAsync("customer", None));
        Assert.Equal([2, 1], streamed.Select(profile => profile.Identifiers.Count));
        Assert.Equal((At(5), "web"), (streamed[0].Identifiers[1].LastSeen!.Value, streamed[0].Identifiers[1].SeenBy));
        Assert.True(streamed[0].Identifiers[0].OptedOut);
        Assert.Equal(streamed[0].Identifiers, Assert.Single(await Identifiers.OfProfilesAsync([number], None)).Identifiers);
        Assert.Equal([number], await Identifiers.OfTypeAsync("customer", [number, 999], None));
        Assert.Empty(await AllAsync(Identifiers.StreamAsync("account", None)));

        var touched = Assert.Single(await Store.Profiles.ReadTouchedAsync([new ProfileRead(number, [], Identifiers: true)], None));
        Assert.Equal(streamed[0].Identifiers, touched.Profile.Identifiers);
        await foreach (var batch in Store.Profiles.ReadPopulationAsync(new PopulationQuery("customer", [], Identifiers: true), None))
        {
            Assert.Equal([2, 1, 0], batch.Select(profile => profile.Identifiers.Count));
        }

        await Store.Profiles.ApplyAsync(new ProfileChanges("customer", [], [Id(1), Id(2)], [], [], [], "test"), None);
        await ReopenAsync();
        Assert.Equal((ConsentStatus.True, true), ((await Identifiers.FindAsync("email", "a@b.example", None))!.Consent, (await Identifiers.FindAsync("email", "a@b.example", None))!.OptedOut));
        Assert.Null(await Identifiers.FindAsync("email", "nobody@b.example", None));
    }

    [Fact]
    public async Task Lists_have_subscriptions_and_take_them_along_when_they_go()
    {
        var subscribe = Change(IdentifierAspect.List, ConsentStatus.True, 1) with { List = "news" };
        Assert.Equal([false], await Identifiers.ApplyAsync([subscribe], At(9), None));
        Assert.True(await Identifiers.PutListAsync("news", "News", null, At(0), None));
        Assert.False(await Identifiers.PutListAsync("news", "The news", null, At(1), None));
        Assert.Equal([true], await Identifiers.ApplyAsync([subscribe], At(9), None));
        Assert.Equal(new SubscriptionList("news", "The news", null, At(0), 1), Assert.Single(await Identifiers.ListsAsync(None)));
        Assert.Equal([true, false], await Identifiers.ApplyAsync([subscribe with { At = At(3), Status = ConsentStatus.False }, subscribe with { At = At(2) }], At(9), None));
        Assert.Equal(new Subscription("news", ConsentStatus.False, At(3), "test"), Assert.Single(await Identifiers.SubscriptionsAsync("email", "a@b.example", None)));
        Assert.True(await Identifiers.DeleteListAsync("news", None));
        Assert.False(await Identifiers.DeleteListAsync("news", None));
        Assert.Empty(await Identifiers.SubscriptionsAsync("email", "a@b.example", None));
    }

    private static IdentifierChange Change(IdentifierAspect aspect, ConsentStatus status, int at) => new("email", "a@b.example", aspect, status, At(at), "test");

    private async Task PutAsync(int number, params string[] emails)
    {
        var put = new ProfilePut(Id(number), number, [number], Doc("{}"), "{}", $"Person {number}", "", [.. emails.Select(email => new ProfileIdentifier("email", email))], Doc($"{number}"));
        await Store.Profiles.ApplyAsync(new ProfileChanges("customer", [put], [], [], [], [], "test"), None);
    }
}
