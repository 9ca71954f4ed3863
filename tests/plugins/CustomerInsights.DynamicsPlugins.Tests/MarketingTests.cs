using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Exports.Dynamics365Marketing;
using CustomerInsights.Sdk;

namespace CustomerInsights.DynamicsPlugins.Tests;

public sealed class MarketingTests : IAsyncDisposable
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
    [InlineData(100_001)]
    public async Task The_segment_holds_exactly_the_members_and_a_run_without_a_difference_writes_nothing(int size)
    {
        var (emulator, run, contacts) = await StartAsync(size + 2);
        var members = contacts.Take(size).ToList();

        var first = await run.MembersAsync(Added(members));

        Assert.All(first.Outcomes, outcome => Assert.Equal(MemberResult.Accepted, outcome.Result));
        Assert.Equal(members.Order(), Members(emulator));
        Assert.Equal(1, emulator.Organisation.Segment("Loyal").Published);
        emulator.Forget();

        await run.MembersAsync([], generation: 2);

        Assert.Equal(0, emulator.Writes);
        Assert.Equal((0, 0), (emulator.Organisation.DoubleAdds, emulator.Organisation.ContactsCreated));
    }

    [Fact]
    public async Task A_difference_run_sends_the_difference_alone_and_reads_no_members()
    {
        var (emulator, run, contacts) = await StartAsync(3000);
        await run.MembersAsync(Added(contacts.Take(2000)));
        emulator.Forget();

        await run.MembersAsync([.. Removed(contacts.Take(3)), .. Added(contacts.Skip(2000).Take(4))], generation: 2);

        Assert.Equal(contacts.Skip(3).Take(2001), Members(emulator));
        Assert.Equal(3, run.Sent("msdynmkt_RemoveStaticMembers").Split("c0000000-").Length - 1);
        Assert.Equal(4, run.Sent("msdynmkt_AddStaticMembers").Split("c0000000-").Length - 1);
        Assert.DoesNotContain(emulator.Journal, entry => entry.Request.Path.EndsWith("ListGroupMembers", StringComparison.Ordinal));
        Assert.Equal(2, emulator.Organisation.Segment("Loyal").Published);
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    public async Task A_run_that_is_killed_at_any_request_and_resumed_ends_with_exactly_the_members(FaultKind kind)
    {
        var killed = 0;
        for (var at = 1; ; at++)
        {
            await using var emulator = await DataverseEmulator.StartAsync();
            var contacts = emulator.Organisation.AddContacts(9000);
            var run = new ExportRun(new MarketingExport(), emulator);
            await run.MembersAsync(Added(contacts.Take(1000)));
            emulator.Forget();
            List<ExportMember> difference = [.. Removed(contacts.Take(300)), .. Added(contacts.Skip(1000).Take(6000))];
            var number = at;
            emulator.Script = request => request.Number == number ? new EmulatedFault(kind) : request.Number > number ? new EmulatedFault(FaultKind.ResetBefore) : null;
            var whole = true;
            try
            {
                await run.MembersAsync(difference, generation: 2);
            }
            catch (PluginException failure)
            {
                Assert.Equal(FailureKind.Transient, failure.Kind);
                whole = false;
                killed++;
                emulator.Script = null;
                await run.MembersAsync(difference, generation: 2, from: run.NextBatch);
            }

            Assert.Equal(contacts.Skip(300).Take(6700), Members(emulator));
            Assert.Equal(0, emulator.Organisation.DoubleAdds);
            if (whole)
            {
                break;
            }
        }

        Assert.InRange(killed, 50, 1000);
    }

    [Fact]
    public async Task A_first_run_that_is_killed_at_any_request_makes_one_segment()
    {
        for (var at = 1; at <= 8; at++)
        {
            await using var emulator = await DataverseEmulator.StartAsync();
            var contacts = emulator.Organisation.AddContacts(40);
            var run = new ExportRun(new MarketingExport(), emulator);
            var number = at;
            emulator.Script = request => request.Number >= number ? new EmulatedFault(request.Number == number ? FaultKind.ResetAfter : FaultKind.ResetBefore) : null;
            await Assert.ThrowsAnyAsync<PluginException>(() => run.MembersAsync(Added(contacts)));
            emulator.Script = null;

            await run.MembersAsync(Added(contacts));

            Assert.Equal(contacts, Members(emulator));
            Assert.Equal(0, emulator.Organisation.DoubleAdds);
        }
    }

    [Fact]
    public async Task A_lost_answer_is_looked_into_within_the_run()
    {
        var (emulator, run, contacts) = await StartAsync(3000);
        var lost = 0;
        emulator.Script = request => request.Path.EndsWith("AddStaticMembers", StringComparison.Ordinal) && Interlocked.Increment(ref lost) <= 3 ? new EmulatedFault(FaultKind.ResetAfter) : null;

        await run.MembersAsync(Added(contacts));

        Assert.Equal(contacts, Members(emulator));
        Assert.Equal(0, emulator.Organisation.DoubleAdds);
    }

    [Fact]
    public async Task Unknown_contacts_are_skipped_told_and_offered_again()
    {
        var (emulator, run, contacts) = await StartAsync(900);
        var stranger = Guid.NewGuid();

        var result = await run.MembersAsync([.. Added(contacts.Take(400)), ExportRun.Member(stranger.ToString()), ExportRun.Member("nonsense"), .. Added(contacts.Skip(400))]);

        Assert.Equal((MemberResult.RejectedRetryable, MemberResult.RejectedPermanent), (result.Outcomes[400].Result, result.Outcomes[401].Result));
        Assert.Equal(900, result.Outcomes.Count(outcome => outcome.Result == MemberResult.Accepted));
        Assert.Equal(contacts, Members(emulator));
        Assert.Equal(0, emulator.Organisation.ContactsCreated);
    }

    [Fact]
    public async Task A_storm_of_429_is_waited_out_and_nothing_is_lost_or_doubled()
    {
        var (emulator, run, contacts) = await StartAsync(8000);
        FaultKind[] kinds = [FaultKind.TooManyRequests, FaultKind.TooMuchTime, FaultKind.TooManyAtOnce];
        var refused = 0;
        emulator.Script = request => request.Headers.ContainsKey("Authorization") && request.Number % 2 == 0 && Interlocked.Increment(ref refused) <= 60 ? new EmulatedFault(kinds[request.Number / 2 % 3], RetryAfter: 4) : null;

        await run.MembersAsync(Added(contacts));

        Assert.Equal(contacts, Members(emulator));
        Assert.Equal(0, emulator.Organisation.DoubleAdds);
        Assert.Equal(60, emulator.Journal.Count(entry => entry.Status == 429));
    }

    [Fact]
    public async Task A_value_that_is_removed_and_added_in_one_run_stays()
    {
        var (emulator, run, contacts) = await StartAsync(10);
        await run.MembersAsync(Added(contacts));

        await run.MembersAsync([.. Removed(contacts.Take(2)), .. Added(contacts.Take(1))], generation: 2);

        Assert.Equal(contacts.Where(id => id != contacts[1]), Members(emulator));
    }

    [Fact]
    public async Task A_segment_of_somebody_else_is_left_alone()
    {
        var (emulator, run, contacts) = await StartAsync(10);
        var definition = new SegmentDefinition(Guid.NewGuid()) { Groups = { [Guid.NewGuid()] = new MemberSet() } };
        emulator.Organisation.Definitions.Add(definition.Id, definition);
        var id = Guid.NewGuid();
        emulator.Organisation.Segments.Add(id, new Emulators.Dataverse.JourneySegment(id, "Loyal", 10, definition.Id));

        var failure = await Assert.ThrowsAsync<PluginException>(() => run.MembersAsync(Added(contacts)));

        Assert.Equal((FailureKind.Configuration, "/segmentName", 0), (failure.Kind, failure.ConfigurationPath, emulator.Writes));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        var (emulator, run, contacts) = await StartAsync(10);

        await run.MembersAsync(Added(contacts), dryRun: true);

        Assert.Equal((0, ""), (emulator.Writes, run.Context.StoredText));
    }

    [Fact]
    public async Task What_is_stored_holds_no_contact_and_no_secret()
    {
        var (_, run, contacts) = await StartAsync(10);

        await run.MembersAsync(Added(contacts));

        Assert.Contains("\"whole\":true", run.Context.StoredText, StringComparison.Ordinal);
        Assert.DoesNotContain("c0000000", run.Context.StoredText, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", run.Context.StoredText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outbound_marketing_gets_members_in_short_texts_and_goes_live()
    {
        var (emulator, run, contacts) = await StartAsync(1500);
        run.Settings["generation"] = "outbound";

        await run.MembersAsync(Added(contacts));
        await run.MembersAsync(Removed(contacts.Take(700)), generation: 2);

        var segment = Assert.Single(emulator.Organisation.OutboundSegments.Values);
        Assert.Equal(contacts.Skip(700), segment.Members.Sorted);
        Assert.Equal(("Loyal", 192350001), (segment.Name, segment.Status));
    }

    [Fact]
    public async Task A_check_reads_segments_and_changes_nothing()
    {
        var (emulator, run, _) = await StartAsync(1);

        Assert.True((await run.CheckAsync()).Ok);
        Assert.Equal(0, emulator.Writes);
    }

    private static List<ExportMember> Added(IEnumerable<Guid> contacts) => [.. contacts.Select(id => ExportRun.Member(id.ToString()))];

    private static List<ExportMember> Removed(IEnumerable<Guid> contacts) => [.. contacts.Select(id => ExportRun.Member(id.ToString(), MemberChange.Removed))];

    private static IEnumerable<Guid> Members(DataverseEmulator emulator) =>
        emulator.Organisation.Definitions[emulator.Organisation.Segment("Loyal").Definition].Groups.Values.SelectMany(group => group.Sorted).Order();

    private async Task<(DataverseEmulator Emulator, ExportRun Run, IReadOnlyList<Guid> Contacts)> StartAsync(int contacts)
    {
        _emulator = await DataverseEmulator.StartAsync();
        return (_emulator, new ExportRun(new MarketingExport(), _emulator), _emulator.Organisation.AddContacts(contacts));
    }
}
