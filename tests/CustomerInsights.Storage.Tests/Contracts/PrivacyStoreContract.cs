using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;

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

    private PrivacyRequest Request(string id, PrivacyKind kind) => new(id, kind, "gdpr", "she", "because", "anna", Time.GetUtcNow(), "job " + id);
}
