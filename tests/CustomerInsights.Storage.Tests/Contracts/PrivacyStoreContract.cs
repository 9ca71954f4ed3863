using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class PrivacyStoreContract : StoreContract
{
    [Fact]
    public async Task Requests_are_listed_newest_first_and_forget_whom_they_were_about_when_they_are_done()
    {
        foreach (var id in new[] { "1", "2", "3" })
        {
            await Store.Privacy.AddAsync(Request(id, PrivacyKind.Erase), [(null, [new ProfileIdentifier("email", $"{id}@x")]), (null, [])], None);
        }

        var page = await Store.Privacy.ListAsync(null, 2, None);
        Assert.Equal(["3", "2"], page.Items.Select(one => one.Id));
        Assert.Equal(["1"], (await Store.Privacy.ListAsync(page.Next, 2, None)).Items.Select(one => one.Id));
        await Assert.ThrowsAsync<BadCursorException>(async () => await Store.Privacy.ListAsync("x", 2, None));

        var hashes = await Store.Privacy.PrepareAsync("2", 1, (kind, value) => System.Text.Encoding.UTF8.GetBytes($"{kind}={value}"), None);
        Assert.Equal("email=2@x", System.Text.Encoding.UTF8.GetString(Assert.Single(hashes)));
        await Store.Privacy.PrepareAsync("2", 1, (kind, value) => System.Text.Encoding.UTF8.GetBytes($"{kind}={value}"), None);
        Assert.Single(await Store.Privacy.BlocksAsync(None));
        Assert.Equal(["2@x"], await Store.Privacy.NamesAsync("2", None));
        Assert.False(await Store.Privacy.EraseSomeAsync("2", 1, None));
        await Store.Privacy.CountAsync("2", 2, "file", 3, None);
        await Store.Privacy.CloseAsync((await Store.Privacy.FindAsync("2", None))! with { DoneAt = Time.GetUtcNow(), Receipt = "r", Signature = "s" }, None);

        var done = await Store.Privacy.FindAsync("2", None);
        Assert.Equal((null, null, "r", "s", Time.GetUtcNow(), 2), (done!.Requester, done.Reason, done.Receipt, done.Signature, done.DoneAt, done.Subjects));
        var subjects = await Store.Privacy.SubjectsAsync("2", None);
        Assert.All(subjects, subject => Assert.Empty(subject.Identifiers));
        Assert.Equal(3, subjects[1].Counts["file"]);
        Assert.Equal(["privacy.done", "privacy.request"], (await Store.Audit.ListAsync(null, 10, None)).Items.Where(row => row.Subject == "privacy/2").Select(row => row.Action));
        Assert.Null(await Store.Privacy.FindAsync("4", None));
        await Assert.ThrowsAsync<StoreConflictException>(async () => await Store.Privacy.SubjectsAsync("4", None));
    }

    [Fact]
    public async Task What_is_kept_out_can_be_let_in_once_and_is_counted_by_day()
    {
        await Store.Privacy.AddAsync(Request("1", PrivacyKind.Erase), [(null, [new ProfileIdentifier("email", "a@x")])], None);
        var hash = Assert.Single(await Store.Privacy.PrepareAsync("1", 1, (_, value) => System.Text.Encoding.UTF8.GetBytes(value), None));
        Assert.True(await Store.Privacy.LiftAsync(hash, "anna", "consent", None));
        Assert.False(await Store.Privacy.LiftAsync(hash, "anna", "consent", None));
        Assert.Empty(await Store.Privacy.BlocksAsync(None));

        var day = new DateOnly(2026, 1, 31);
        await Store.Privacy.CountBlockedAsync(day, "crm", 2, None);
        await Store.Privacy.CountBlockedAsync(day, "crm", 3, None);
        await Store.Privacy.CountBlockedAsync(day.AddDays(-1), "crm", 1, None);
        await Store.Privacy.CountBlockedAsync(day.AddDays(-9), "crm", 1, None);
        Assert.Equal([new BlockedCount(day, "crm", 5), new BlockedCount(day.AddDays(-1), "crm", 1)], await Store.Privacy.BlockedAsync(5, None));
    }

    [Fact]
    public async Task A_secret_stays_what_it_was_first()
    {
        Assert.Equal([1], await Store.Privacy.SecretAsync("a", [1], None));
        Assert.Equal([1], await Store.Privacy.SecretAsync("a", [2], None));
        Assert.Equal([3], await Store.Privacy.SecretAsync("b", [3], None));
    }

    [Fact]
    public async Task Reads_are_found_by_profile_and_principal_and_old_ones_are_forgotten()
    {
        var profile = new ProfileId(Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057"));
        var first = new ReadEntry(Time.GetUtcNow(), "anna", "GET /a", profile, 1, null);
        await Store.Reads.AppendAsync(first, None);
        Time.Advance(TimeSpan.FromDays(1));
        var second = new ReadEntry(Time.GetUtcNow(), "bert", "GET /b", null, null, "hash");
        var third = new ReadEntry(Time.GetUtcNow(), "anna", "GET /c", null, 7, null);
        await Store.Reads.AppendAsync(second, None);
        await Store.Reads.AppendAsync(third, None);

        var page = await Store.Reads.ListAsync(null, null, null, 2, None);
        Assert.Equal([third, second], page.Items);
        Assert.Equal([first], (await Store.Reads.ListAsync(null, null, page.Next, 2, None)).Items);
        Assert.Equal([third, first], (await Store.Reads.ListAsync(null, "anna", null, 9, None)).Items);
        Assert.Equal([first], (await Store.Reads.ListAsync(profile, null, null, 9, None)).Items);
        Assert.Empty((await Store.Reads.ListAsync(profile, "bert", null, 9, None)).Items);
        Assert.False(await Store.Reads.TrimAsync(Time.GetUtcNow(), None));
        Assert.Equal([third, second], (await Store.Reads.ListAsync(null, null, null, 9, None)).Items);
    }

    [Fact]
    public async Task Scrubbing_changes_nothing_that_is_stored()
    {
        await Store.Events.AppendAsync([new byte[10_000], new byte[10]], None);
        Assert.Equal(1, await Store.Events.DeleteAsync([1, 5], None));
        Assert.True(await Store.Privacy.ScrubAsync(None));
        Assert.Equal(2, Assert.Single(await Store.Events.ReadAsync(0, 10, None)).Position);
    }

    [Fact]
    public async Task What_came_in_while_a_person_was_erased_goes_too_and_others_stay()
    {
        var stream = (await Store.Records.EnsureStreamAsync("crm.c", [], None)).Number;
        var run = (await Store.Records.BeginRunAsync(stream, "job", false, None)).Id;
        await IngestAsync(run, stream, 1, "A", "B");
        var nodes = (await AllAsync(Store.Profiles.ReadNodesAsync(stream, None))).ToDictionary(node => node.Key, node => node.Id);
        await ApplyAsync([Put(1, "a@x", nodes["A"]), Put(2, "b@x", nodes["B"])], []);
        await Store.Privacy.AddAsync(Request("1", PrivacyKind.Erase), [(Id(1), [])], None);
        await Store.Privacy.PrepareAsync("1", 1, (_, value) => System.Text.Encoding.UTF8.GetBytes(value), None);
        var basis = await Store.Profiles.BasisAsync("customer", None);
        Assert.False(await Store.Privacy.EraseSomeAsync("1", 1, None));
        Assert.Null(await Store.Profiles.FindAsync(Id(1), None));
        Assert.Null(await Store.Records.FindAsync(stream, "A", None));
        Assert.Equal("b@x", Assert.Single((await Store.Profiles.FindAsync(Id(2), None))!.Identifiers).Value);
        Assert.Equal(1, (await Store.Records.FindStreamAsync("crm.c", None))!.RecordCount);

        // Who was about to write what it had read before must read again.
        await Assert.ThrowsAsync<StoreConflictException>(async () => await Store.Profiles.ApplyAsync(Changes([Put(1, "a@x", nodes["A"])], []) with { Basis = basis with { Changes = null } }, None));

        // It was on its way, and was unified with another.
        await IngestAsync(run, stream, 3, "A");
        var again = (await AllAsync(Store.Profiles.ReadNodesAsync(stream, None))).Single(node => node.Key == "A").Id;
        await ApplyAsync([Put(3, "a@x", nodes["B"], again)], [Id(2)]);
        Assert.False(await Store.Privacy.EraseSomeAsync("1", 1, None));
        Assert.Null(await Store.Profiles.FindAsync(Id(3), None));
        Assert.Null(await Store.Records.FindAsync(stream, "A", None));
        Assert.NotNull(await Store.Records.FindAsync(stream, "B", None));
        Assert.Equal(["B"], (await AllAsync(Store.Profiles.ReadNodesAsync(stream, None))).Select(node => node.Key));
        Assert.Empty(await AllAsync(Store.Profiles.ReadMembershipAsync("customer", None)));
        var counts = Assert.Single(await Store.Privacy.SubjectsAsync("1", None)).Counts;
        Assert.Equal((2L, 2L, 2L), (counts["profile"], counts["record"], counts["node"]));
        Assert.Equal(LedgerKind.Removed, (await Store.Ledger.ListAsync(new LedgerQuery(Id(1)), null, 1, None)).Items[0].Kind);
    }

    private async Task IngestAsync(long run, int stream, long position, params string[] keys)
    {
        await Store.Records.WriteAsync(new RecordWrite(run, [.. keys.Select(key => new IncomingRecord(key, Doc($$"""{"of":"{{key}}"}""")))], [], null), None);
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(stream, new ProjectionPosition(position, "m"), false, false, [.. keys.Select(key => new KeyValuePair<string, bool>(key, true))], [], []), None);
    }

    private async Task ApplyAsync(IReadOnlyList<ProfilePut> puts, IReadOnlyList<ProfileId> removed) => await Store.Profiles.ApplyAsync(Changes(puts, removed), None);

    private static ProfileChanges Changes(IReadOnlyList<ProfilePut> puts, IReadOnlyList<ProfileId> removed) => new("customer", puts, removed, [], [], [], "run");

    private static ProfilePut Put(int number, string email, params long[] nodes) =>
        new(Id(number), nodes[0], nodes, Doc("{}"), "{}", email, email, [new ProfileIdentifier("email", email)], [(byte)number]);

    private PrivacyRequest Request(string id, PrivacyKind kind) => new(id, kind, "gdpr", "she", "because", "anna", Time.GetUtcNow(), "job " + id);
}
