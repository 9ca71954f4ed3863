using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Exports.Dynamics365Sales;
using CustomerInsights.Sdk;

namespace CustomerInsights.DynamicsPlugins.Tests;

public sealed class SalesTests : IAsyncDisposable
{
    private DataverseEmulator? _emulator;

    public async ValueTask DisposeAsync()
    {
        if (_emulator is not null)
        {
            await _emulator.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(99_999)]
    [InlineData(100_000)]
    public async Task The_list_holds_exactly_the_segment_and_a_second_run_writes_nothing(int size)
    {
        var (emulator, run, contacts) = await StartAsync(size + 3);
        var segment = contacts.Take(size).ToList();

        var first = await run.AllAsync(segment);

        Assert.All(first.Outcomes, outcome => Assert.Equal(MemberResult.Accepted, outcome.Result));
        Assert.Equal(segment.Order(), emulator.Organisation.List("Loyal").Members.Sorted);
        emulator.Forget();

        var second = await run.AllAsync(segment);

        Assert.Equal(0, emulator.Writes);
        Assert.All(second.Outcomes, outcome => Assert.Equal(MemberResult.Unchanged, outcome.Result));
        Assert.Equal((0, 0), (emulator.Organisation.DoubleAdds, emulator.Organisation.ContactsCreated));
    }

    [Fact]
    public async Task A_segment_of_100001_contacts_is_refused_before_anything_is_written()
    {
        var (emulator, run, contacts) = await StartAsync(100_001);

        var failure = await Assert.ThrowsAsync<PluginException>(() => run.AllAsync(contacts));

        Assert.Equal((FailureKind.Permanent, 0), (failure.Kind, emulator.Writes));
        Assert.Contains("100,000", failure.Message, StringComparison.Ordinal);
        Assert.Empty(emulator.Organisation.Lists);
        Assert.Equal(100_000, new SalesExport().Describe(run.Configuration).MaxMembers);
    }

    [Fact]
    public async Task Only_the_difference_is_sent_and_changes_made_by_hand_are_seen()
    {
        var (emulator, run, contacts) = await StartAsync(2000);
        await run.AllAsync(contacts.Take(1500));
        var members = emulator.Organisation.List("Loyal").Members;

        // By hand: one goes, one comes. In the segment: one goes, one comes.
        members.Remove(contacts[10]);
        members.Add(contacts[1900]);
        emulator.Forget();
        var segment = contacts.Take(1501).Where(id => id != contacts[20]).ToList();
        await run.AllAsync(segment);

        Assert.Equal(segment.Order(), members.Sorted);
        Assert.Equal(2, emulator.Writes);
        Assert.Equal(2, run.Sent("/AddListMembersList").Split("contactid").Length - 1);
        Assert.Equal(2, run.Sent("/RemoveListMembersList").Split("contactid").Length - 1);
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    public async Task A_run_that_is_killed_at_any_request_and_made_again_ends_with_exactly_the_segment(FaultKind kind)
    {
        var killed = 0;
        for (var at = 1; ; at++)
        {
            await using var emulator = await DataverseEmulator.StartAsync();
            var contacts = emulator.Organisation.AddContacts(4000);
            var run = new ExportRun(new SalesExport(), emulator);
            await run.AllAsync(contacts.Take(1500));
            emulator.Forget();
            var segment = contacts.Skip(1000).Take(2500).ToList();

            // From this request on nothing comes back: the process is gone.
            var number = at;
            emulator.Script = request => request.Number == number ? new EmulatedFault(kind) : request.Number > number ? new EmulatedFault(FaultKind.ResetBefore) : null;
            try
            {
                await run.AllAsync(segment);
                emulator.Script = null;
            }
            catch (PluginException failure)
            {
                Assert.Equal(FailureKind.Transient, failure.Kind);
                killed++;
                emulator.Script = null;
                await run.AllAsync(segment);
            }

            Assert.Equal(segment.Order(), emulator.Organisation.List("Loyal").Members.Sorted);
            Assert.Equal(0, emulator.Organisation.DoubleAdds);
            if (emulator.Journal.All(entry => entry.Status != 0))
            {
                break;
            }
        }

        Assert.InRange(killed, 20, 1000);
    }

    [Fact]
    public async Task A_first_run_that_is_killed_at_any_request_makes_one_list()
    {
        for (var at = 1; at <= 6; at++)
        {
            await using var emulator = await DataverseEmulator.StartAsync();
            var contacts = emulator.Organisation.AddContacts(50);
            var run = new ExportRun(new SalesExport(), emulator);
            var number = at;
            emulator.Script = request => request.Number >= number ? new EmulatedFault(request.Number == number ? FaultKind.ResetAfter : FaultKind.ResetBefore) : null;
            Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAnyAsync<PluginException>(() => run.AllAsync(contacts))).Kind);
            emulator.Script = null;

            await run.AllAsync(contacts);

            Assert.Equal(contacts, emulator.Organisation.List("Loyal").Members.Sorted);
        }
    }

    [Fact]
    public async Task A_lost_answer_is_looked_into_within_the_run()
    {
        var (emulator, run, contacts) = await StartAsync(3000);
        var lost = 0;
        emulator.Script = request => request.Path.EndsWith("AddListMembersList", StringComparison.Ordinal) && Interlocked.Increment(ref lost) <= 2 ? new EmulatedFault(FaultKind.ResetAfter) : null;

        await run.AllAsync(contacts);

        Assert.Equal(contacts, emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.Equal(0, emulator.Organisation.DoubleAdds);
    }

    [Fact]
    public async Task Unknown_contacts_in_the_middle_of_a_chunk_are_skipped_and_told_and_never_made()
    {
        var (emulator, run, contacts) = await StartAsync(1000);
        var stranger = Guid.NewGuid();
        List<ExportMember> members = [.. contacts.Take(500).Select(id => ExportRun.Member(id.ToString())), ExportRun.Member(stranger.ToString()), ExportRun.Member(null), ExportRun.Member("ann@example.com"), .. contacts.Skip(500).Select(id => ExportRun.Member(id.ToString()))];

        var result = await run.MembersAsync(members);

        Assert.Equal([500, 501, 502], result.Outcomes.Index().Where(pair => pair.Item.Result == MemberResult.RejectedPermanent).Select(pair => pair.Index));
        Assert.Contains(stranger.ToString(), result.Outcomes[500].Reason, StringComparison.Ordinal);
        Assert.All(result.Outcomes.Where(outcome => outcome.Result == MemberResult.RejectedPermanent), outcome => Assert.NotEmpty(outcome.Reason!));
        Assert.Equal(contacts, emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.Equal(0, emulator.Organisation.ContactsCreated);
    }

    [Fact]
    public async Task A_contact_that_goes_between_its_look_up_and_its_chunk_does_not_stop_the_others()
    {
        var (emulator, run, contacts) = await StartAsync(1200);
        var once = 0;
        emulator.Script = request =>
        {
            if (request.Path.EndsWith("AddListMembersList", StringComparison.Ordinal) && Interlocked.Increment(ref once) == 1)
            {
                emulator.Organisation.Contacts.Remove(contacts[700]);
            }

            return null;
        };

        var result = await run.AllAsync(contacts);

        Assert.Equal(contacts.Where(id => id != contacts[700]), emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.Equal("1", result.Receipt.Details["unknown"]);
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.TooMuchTime)]
    [InlineData(FaultKind.TooManyAtOnce)]
    public async Task A_storm_of_429_is_waited_out_and_nothing_is_lost_or_doubled(FaultKind kind)
    {
        var (emulator, run, contacts) = await StartAsync(10_000);
        var refused = 0;
        emulator.Script = request => request.Headers.ContainsKey("Authorization") && request.Number % 3 != 0 && Interlocked.Increment(ref refused) <= 60 ? new EmulatedFault(kind, RetryAfter: 7) : null;

        await run.AllAsync(contacts);

        Assert.Equal(contacts, emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.Equal(0, emulator.Organisation.DoubleAdds);
        Assert.InRange(emulator.Journal.Count(entry => entry.Status == 429), 60, 70);
    }

    [Fact]
    public async Task The_limits_of_the_service_are_kept_to_by_waiting()
    {
        var clock = new LeapingClock();
        _emulator = await DataverseEmulator.StartAsync(new EmulatorOptions { MostRequests = 40, Clock = clock });
        var contacts = _emulator.Organisation.AddContacts(10_000);

        await new ExportRun(new SalesExport(), _emulator, clock).AllAsync(contacts);

        Assert.Equal(contacts, _emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.InRange(_emulator.Peak, 1, Exports.Dataverse.Pace.Most);
    }

    [Fact]
    public async Task A_long_wait_is_handed_to_the_host()
    {
        var (emulator, run, contacts) = await StartAsync(10);
        emulator.Script = request => request.IsWrite ? new EmulatedFault(FaultKind.TooManyRequests, RetryAfter: 3600) : null;

        var failure = await Assert.ThrowsAsync<PluginException>(() => run.AllAsync(contacts));

        Assert.Equal((FailureKind.RateLimited, TimeSpan.FromHours(1)), (failure.Kind, failure.RetryAfter));
    }

    [Fact]
    public async Task A_token_that_expires_in_the_middle_is_replaced()
    {
        var (emulator, run, contacts) = await StartAsync(5000);
        emulator.Script = request => !request.IsSignIn && request.Number % 20 == 0 ? new EmulatedFault(FaultKind.ExpiredToken) : null;

        await run.AllAsync(contacts);

        Assert.Equal(contacts, emulator.Organisation.List("Loyal").Members.Sorted);
        Assert.InRange(emulator.Journal.Count(entry => entry.Request.IsSignIn), 2, 100);
    }

    [Fact]
    public async Task A_dry_run_tells_and_writes_nothing()
    {
        var (emulator, run, contacts) = await StartAsync(30);

        var result = await run.AllAsync(contacts, dryRun: true);

        Assert.Equal(0, emulator.Writes);
        Assert.Contains("30 contacts would be added", result.Receipt.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_bulk_removal_members_are_removed_one_by_one()
    {
        _emulator = await DataverseEmulator.StartAsync(new EmulatorOptions { RemovesInBulk = false });
        var contacts = _emulator.Organisation.AddContacts(60);
        var run = new ExportRun(new SalesExport(), _emulator);
        await run.AllAsync(contacts);

        await run.AllAsync(contacts.Take(10));

        Assert.Equal(contacts.Take(10), _emulator.Organisation.List("Loyal").Members.Sorted);
    }

    [Theory]
    [InlineData("dynamic", "is dynamic")]
    [InlineData("accounts", "not one of contacts")]
    [InlineData("locked", "is locked")]
    [InlineData("twice", "2 marketing lists")]
    public async Task A_list_that_cannot_be_kept_is_refused_with_what_to_do(string what, string expected)
    {
        var (emulator, run, contacts) = await StartAsync(5);
        for (var i = 0; i < (what == "twice" ? 2 : 1); i++)
        {
            var list = new Emulators.Dataverse.MarketingList(Guid.NewGuid(), "Loyal", what == "accounts" ? 1 : 2, what == "dynamic") { IsLocked = what == "locked" };
            emulator.Organisation.Lists.Add(list.Id, list);
        }

        var failure = await Assert.ThrowsAsync<PluginException>(() => run.AllAsync(contacts));

        Assert.Equal((FailureKind.Configuration, "/listName", 0), (failure.Kind, failure.ConfigurationPath, emulator.Writes));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_a_quote_finds_its_list_again()
    {
        var (emulator, run, contacts) = await StartAsync(5);
        run.Settings["listName"] = "Ann's {segment} & more";
        await run.AllAsync(contacts);
        await run.AllAsync(contacts.Take(2));

        Assert.Equal(2, emulator.Organisation.List("Ann's Loyal & more").Members.Count);
    }

    private async Task<(DataverseEmulator Emulator, ExportRun Run, IReadOnlyList<Guid> Contacts)> StartAsync(int contacts)
    {
        _emulator = await DataverseEmulator.StartAsync();
        return (_emulator, new ExportRun(new SalesExport(), _emulator), _emulator.Organisation.AddContacts(contacts));
    }
}
