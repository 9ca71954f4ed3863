using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class DefinitionStoreContract : StoreContract
{
    private IDefinitionStore Definitions => Store.Definitions;

    [Fact]
    public async Task A_put_counts_versions_from_one_and_says_who_and_when()
    {
        var made = await PutAsync("segment", "vip", "{}");
        Assert.Equal(new Definition("segment", "vip", 1, "{}", Time.GetUtcNow(), "ann"), made);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await PutAsync("segment", "vip", """{"a":1}"""))!.Version);
        var found = await Definitions.FindAsync("segment", "vip", None);
        Assert.Equal(("""{"a":1}""", 2L, Time.GetUtcNow()), (found!.Document, found.Version, found.ChangedAt));
        Assert.Null(await Definitions.FindAsync("mapping", "vip", None));
    }

    [Fact]
    public async Task An_equal_document_writes_nothing()
    {
        var made = await PutAsync("segment", "vip", "{}");
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(made, await PutAsync("segment", "vip", "{}", ifVersion: 1));
        Assert.Null(await PutAsync("segment", "none", null));
        Assert.Single((await Store.Audit.ListAsync(null, 10, None)).Items);
    }

    [Fact]
    public async Task A_version_never_repeats_not_even_after_a_delete()
    {
        var seen = new HashSet<long>();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(seen.Add((await PutAsync("segment", "vip", $"{i}"))!.Version));
            Assert.Null(await PutAsync("segment", "vip", null));
            Assert.Null(await Definitions.FindAsync("segment", "vip", None));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public async Task A_condition_on_the_version_holds_or_nothing_happens(long ifVersion, bool conflicts)
    {
        await PutAsync("segment", "vip", "1");
        if (ifVersion == 2)
        {
            await PutAsync("segment", "vip", "2");
        }

        var put = () => Definitions.ApplyAsync(
            [new DefinitionChange("segment", "other", "{}"), new DefinitionChange("segment", "vip", "changed", ifVersion)], "ann", None).AsTask();
        if (conflicts)
        {
            await Assert.ThrowsAsync<StoreConflictException>(put);
        }
        else
        {
            await put();
        }

        Assert.Equal(conflicts, await Definitions.FindAsync("segment", "other", None) is null);
        Assert.Equal(!conflicts, (await Definitions.FindAsync("segment", "vip", None))!.Document == "changed");
    }

    [Fact]
    public async Task What_must_not_exist_or_must_exist_is_checked()
    {
        await PutAsync("segment", "new", "{}", ifVersion: 0);
        await Assert.ThrowsAsync<StoreConflictException>(() => PutAsync("segment", "none", "{}", ifVersion: 4).AsTask());
        await Assert.ThrowsAsync<StoreConflictException>(() => PutAsync("segment", "none", null, ifVersion: 4).AsTask());
        await PutAsync("segment", "new", null);
        Assert.NotNull(await PutAsync("segment", "new", "{}", ifVersion: 0));
    }

    [Fact]
    public async Task Lists_page_by_name_and_the_snapshot_has_all()
    {
        foreach (var name in new[] { "b", "a", "Z", "ä", "c'--" })
        {
            await PutAsync("segment", name, "{}");
        }

        await PutAsync("mapping", "m", "{}");
        await PutAsync("segment", "gone", "{}");
        await PutAsync("segment", "gone", null);
        Assert.Equal(["Z", "a", "b", "c'--", "ä"], (await PagesAsync(after => Definitions.ListAsync("segment", after, 2, None))).Select(one => one.Name));
        Assert.Equal(["m", "Z", "a", "b", "c'--", "ä"], (await Definitions.SnapshotAsync(None)).Select(one => one.Name));
        Assert.Null((await Definitions.ListAsync("segment", null, 5, None)).Next);
        await Assert.ThrowsAsync<BadCursorException>(() => Definitions.ListAsync("segment", "a", 2, None).AsTask());
    }

    [Fact]
    public async Task Each_change_leaves_an_audit_row()
    {
        await PutAsync("segment", "vip", "{}");
        await PutAsync("segment", "vip", null);
        var rows = (await Store.Audit.ListAsync(null, 10, None)).Items;
        Assert.Equal(
            [("ann", "definition.delete", "segment/vip"), ("ann", "definition.put", "segment/vip")],
            rows.Select(row => (row.Actor, row.Action, row.Subject)));
    }

    [Fact]
    public async Task The_audit_pages_newest_first()
    {
        for (var i = 0; i < 5; i++)
        {
            await Store.Audit.AppendAsync(new AuditEntry(At(i), "bob", "x", $"{i}", i == 0 ? null : "more"), None);
        }

        var rows = await PagesAsync(after => Store.Audit.ListAsync(after, 2, None));
        Assert.Equal(["4", "3", "2", "1", "0"], rows.Select(row => row.Subject));
        Assert.Equal(new AuditEntry(At(0), "bob", "x", "0"), rows[^1]);
    }

    private async ValueTask<Definition?> PutAsync(string kind, string name, string? document, long? ifVersion = null) =>
        (await Definitions.ApplyAsync([new DefinitionChange(kind, name, document, ifVersion)], "ann", None))[0];
}
