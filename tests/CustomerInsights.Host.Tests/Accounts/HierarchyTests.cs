using System.Net;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Accounts;

/// <summary>Parents of accounts.</summary>
public sealed class HierarchyTests
{
    [Fact]
    public async Task Children_ancestors_and_descendants_follow_the_parents()
    {
        await using var app = await Trade.OpenAsync();
        app.WriteFile("accounts.csv", Trade.Accounts + "A7,Shop,shop.com,,A2\nA8,Stand,stand.com,,A7\n");
        await app.SucceedAsync();
        var holding = await app.FindAsync("account", "A3");
        Assert.Equal(["Contoso"], await app.NamesAsync($"/profiles/{holding.Id()}/children"));
        var below = await app.AllAsync($"/profiles/{holding.Id()}/descendants?limit=1");
        Assert.Equal([("Contoso", 1), ("Shop", 2), ("Stand", 3)], below.Select(one => (one["profile"]!.Text("displayName"), one["depth"]!.GetValue<int>())));
        Assert.Equal(2, (await app.AllAsync($"/profiles/{holding.Id()}/descendants?depth=2")).Count);
        var stand = await app.FindAsync("account", "A8");
        var above = await app.GetAsync($"/profiles/{stand.Id()}/ancestors");
        Assert.Equal(["Shop", "Contoso", "Holding"], above["items"]!.AsArray().Select(one => one!.Text("displayName")));
        Assert.Null(above["circle"]);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles/{holding.Id()}/descendants?depth=101");
    }

    [Fact]
    public async Task A_circle_is_told_and_not_followed()
    {
        await using var app = await Trade.OpenAsync();
        var (one, two, below) = (await app.FindAsync("account", "A4"), await app.FindAsync("account", "A5"), await app.FindAsync("account", "A6"));
        Assert.Null(one["parent"]);
        Assert.Equal(one.Id(), below["parent"]!.Id());
        Assert.Equal(["Below Loop"], await app.NamesAsync($"/profiles/{one.Id()}/children"));
        Assert.Empty(await app.NamesAsync($"/profiles/{two.Id()}/children"));
        Assert.Single(await app.AllAsync($"/profiles/{one.Id()}/descendants"));
        var above = await app.GetAsync($"/profiles/{below.Id()}/ancestors");
        Assert.Equal(["Loop One"], above["items"]!.AsArray().Select(item => item!.Text("displayName")));
        Assert.Equal([one.Id(), two.Id()], above["circle"]!.AsArray().Select(id => id!.GetValue<string>()));
        var run = await app.RunOfAsync("account");
        Assert.Contains(
            run["result"]!["warnings"]!.AsArray(),
            warning => warning!.GetValue<string>().Contains("crm.accounts/A4 → crm.accounts/A5 → crm.accounts/A4", StringComparison.Ordinal));
    }
}
