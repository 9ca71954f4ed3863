using CustomerInsights.Storage.Plugins;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class PluginStoreContract : StoreContract
{
    private IPluginStore Plugins => Store.Plugins;

    [Fact]
    public async Task Transitions_page_newest_first_by_plugin()
    {
        for (var i = 0; i < 5; i++)
        {
            await Plugins.AppendTransitionAsync(Transition("files", i), None);
        }

        await Plugins.AppendTransitionAsync(Transition("other", 9), None);
        var rows = await PagesAsync(after => Plugins.ListTransitionsAsync("files", after, 2, None));
        Assert.Equal(Enumerable.Range(0, 5).Reverse().Select(i => Transition("files", i)), rows);
    }

    [Fact]
    public async Task Values_have_growing_versions_and_conditions()
    {
        var first = await PutAsync("k", "1", ifVersion: 0);
        await Assert.ThrowsAsync<StoreConflictException>(() => PutAsync("k", "2", ifVersion: 0));
        var second = await PutAsync("k", "2", ifVersion: first);
        Assert.True(second > first);
        await Assert.ThrowsAsync<StoreConflictException>(() => PutAsync("k", "3", ifVersion: first));
        Assert.Equal(("2", second), (Text((await GetAsync("k"))!.Value), (await GetAsync("k"))!.Version));
        Assert.True(await Plugins.DeleteValueAsync("p", "c", "k", None));
        Assert.False(await Plugins.DeleteValueAsync("p", "c", "k", None));
        await Assert.ThrowsAsync<StoreConflictException>(() => PutAsync("k", "3", ifVersion: second));
        Assert.True(await PutAsync("k", "3") > second);
        Assert.Null(await Plugins.GetValueAsync("p", "other", "k", At(0), None));
    }

    [Fact]
    public async Task An_expired_value_is_as_if_it_were_not()
    {
        await PutAsync("k", "12345", expiresAt: 10);
        Assert.NotNull(await GetAsync("k", 9));
        Assert.Null(await GetAsync("k", 10));
        Assert.Empty(await Plugins.ListKeysAsync("p", "c", "", null, At(10), None));
        await PutAsync("k", "1", ifVersion: 0, at: 10);
    }

    [Fact]
    public async Task The_quota_is_over_all_values_and_their_keys_but_the_expired_and_the_replaced()
    {
        await PutAsync("a", "12345", quota: 12, expiresAt: 10);
        await PutAsync("b", "12345", quota: 12);
        await Assert.ThrowsAsync<StoreQuotaException>(() => PutAsync("c", "", quota: 12));
        await PutAsync("b", "54321", quota: 12);
        await PutAsync("c", "12345", quota: 12, at: 10);
        await Assert.ThrowsAsync<StoreQuotaException>(() => PutAsync("c", "123456", quota: 12, at: 10));
        await Assert.ThrowsAsync<StoreQuotaException>(() => PutAsync("\0ä", "", quota: 14, at: 10));
        await PutAsync("\0ä", "", quota: 15, at: 10);
        Assert.Equal("12345", Text((await GetAsync("c", 10))!.Value));
    }

    [Fact]
    public async Task Keys_list_by_prefix_in_order_at_most_a_thousand()
    {
        foreach (var key in new[] { "a", "ab", "abc", "b", "a%", "\0", "ä" })
        {
            await PutAsync(key, "");
        }

        Assert.Equal(["a", "a%", "ab", "abc"], await KeysAsync("a", null));
        Assert.Equal(["ab", "abc"], await KeysAsync("a", "a%"));
        Assert.Equal(7, (await KeysAsync("", null)).Count);
        Assert.Empty(await KeysAsync("zz", null));
        await Task.WhenAll(Enumerable.Range(0, 1001).Select(i => PutAsync($"n{i:D4}", "")));
        var page = await KeysAsync("n", null);
        Assert.Equal(1000, page.Count);
        Assert.Equal(["n1000"], await KeysAsync("n", page[^1]));
    }

    [Fact]
    public async Task Secrets_are_kept_by_owner_and_audited()
    {
        await Plugins.PutSecretAsync("crm", "b", [1, 0, 2], "ann", None);
        await Plugins.PutSecretAsync("crm", "a", [], "ann", None);
        Assert.Equal(new byte[] { 1, 0, 2 }, await Plugins.FindSecretAsync("crm", "b", None));
        Assert.Equal(Array.Empty<byte>(), await Plugins.FindSecretAsync("crm", "a", None));
        Assert.Null(await Plugins.FindSecretAsync("other", "a", None));
        Assert.Equal(["a", "b"], await Plugins.ListSecretsAsync("crm", None));
        await Plugins.PutSecretAsync("crm", "b", null, "bob", None);
        await Plugins.PutSecretAsync("crm", "b", null, "bob", None);
        Assert.Equal(["a"], await Plugins.ListSecretsAsync("crm", None));
        Assert.Equal(
            [("bob", "secret.remove"), ("ann", "secret.put"), ("ann", "secret.put")],
            (await Store.Audit.ListAsync(null, 9, None)).Items.Select(row => (row.Actor, row.Action)));
    }

    private static PluginTransitionRow Transition(string plugin, int i) => new(plugin, "1.0", "ready", "failed", "crash", $"{i}", "host", At(i), i % 2 == 0 ? null : $"at Plugin.Read() {i}");

    private async Task<long> PutAsync(string key, string text, long? ifVersion = null, int? expiresAt = null, int at = 0, long quota = 100_000) =>
        await Plugins.PutValueAsync("p", "c", key, Doc(text), ifVersion, expiresAt is { } end ? At(end) : null, At(at), quota, None);

    private async Task<PluginValue?> GetAsync(string key, int at = 0) => await Plugins.GetValueAsync("p", "c", key, At(at), None);

    private async Task<IReadOnlyList<string>> KeysAsync(string prefix, string? after) => await Plugins.ListKeysAsync("p", "c", prefix, after, At(0), None);
}
