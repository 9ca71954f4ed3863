using CustomerInsights.Storage.Access;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class ApiKeyStoreContract : StoreContract
{
    [Fact]
    public async Task A_key_is_found_until_and_after_it_is_revoked()
    {
        var key = Key("k1", "reader");
        await Store.ApiKeys.AddAsync(key, "ann", None);
        await Store.ApiKeys.AddAsync(Key("k2", "writer"), "ann", None);
        Assert.Equivalent(key, await Store.ApiKeys.FindAsync("k1", None), strict: true);
        Assert.Null(await Store.ApiKeys.FindAsync("k3", None));
        Assert.True(await Store.ApiKeys.RevokeAsync("k1", "bob", None));
        Assert.False(await Store.ApiKeys.RevokeAsync("k1", "bob", None));
        Assert.False(await Store.ApiKeys.RevokeAsync("k3", "bob", None));
        Assert.Equal(Time.GetUtcNow(), (await Store.ApiKeys.FindAsync("k1", None))!.RevokedAt);
        Assert.Equal(["k1", "k2"], (await Store.ApiKeys.ListAsync(None)).Select(one => one.Id));
        Assert.Equal(["key.revoke", "key.add", "key.add"], (await Store.Audit.ListAsync(null, 10, None)).Items.Select(row => row.Action));
    }

    [Fact]
    public async Task Ids_are_unique_and_names_among_those_not_revoked()
    {
        await Store.ApiKeys.AddAsync(Key("k1", "reader"), "ann", None);
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.ApiKeys.AddAsync(Key("k1", "other"), "ann", None).AsTask());
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.ApiKeys.AddAsync(Key("k2", "reader"), "ann", None).AsTask());
        await Store.ApiKeys.RevokeAsync("k1", "ann", None);
        await Store.ApiKeys.AddAsync(Key("k2", "reader"), "ann", None);
    }

    private static ApiKey Key(string id, string name) => new(id, name, "admin", [1, 2, 0, 3], At(0), null);
}
