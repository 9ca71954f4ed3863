using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Accounts;

/// <summary>Contacts and their accounts.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task Winner_and_loser_records_lead_contacts_to_the_one_account_and_the_winner_of_a_contact_decides()
    {
        await using var app = await Trade.OpenAsync();
        var contoso = await app.FindAsync("account", "A1");
        Assert.Equal(contoso.Id(), (await app.FindAsync("account", "A2")).Id());
        Assert.Equal(contoso.Id(), (await app.FindAsync("contact", "C1"))["belongsTo"]!.Id());
        Assert.Equal(contoso.Id(), (await app.FindAsync("contact", "C2"))["belongsTo"]!.Id());
        Assert.Null((await app.FindAsync("contact", "C3"))["belongsTo"]);
        Assert.Equal(["Ann Miller", "Bob Miller"], await app.NamesAsync($"/profiles/{contoso.Id()}/contacts?limit=1"));
        Assert.Empty(await app.NamesAsync($"/profiles/{contoso.Id()}/contacts?type=account"));
        Assert.Equal(contoso.Id(), (await app.GetAsync($"/profiles/{(await app.FindAsync("contact", "C2")).Id()}/account")).Id());
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{(await app.FindAsync("contact", "C3")).Id()}/account");
        var listed = (await app.AllAsync("/profiles?type=contact")).ToDictionary(item => item.Text("displayName"), item => item["belongsTo"]?.Text("displayName"));
        Assert.Equal(("Contoso", "Holding", null), (listed["Ann Miller"], listed["Eve Stone"], listed["Cem Oz"]));

        var run = await app.RunOfAsync("contact");
        var link = run["result"]!["report"]!["links"]![0]!;
        Assert.Equal((3, 2, 0, 1, 1), (link["linked"]!.GetValue<int>(), link["orphans"]!.GetValue<int>(), link["orphansDropped"]!.GetValue<int>(), link["unknownKeys"]!.GetValue<int>(), link["pointingTwice"]!.GetValue<int>()));
        Whole.Equal(
            "crm.contacts/C1 points at crm.accounts/A1, which holds; crm.contacts/C4 of the same profile points at crm.accounts/A3.",
            link["examples"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Orphans_are_dropped_when_the_type_says_so_and_come_with_their_account()
    {
        await using var app = await Trade.OpenAsync(recipe => recipe["profileTypes"]!["contact"]!["belongsTo"]!["orphans"] = "drop");
        Assert.Equal(["Ann Miller", "Bob Miller", "Eve Stone"], await app.NamesAsync("/profiles?type=contact"));
        Assert.Equal(2, (await app.RunOfAsync("contact"))["result"]!["details"]!["accountOrphansDropped"]!.GetValue<int>());
        app.WriteFile("accounts.csv", Trade.Accounts + "A9,Late,late.com,,\n");
        await app.SucceedAsync();
        Assert.Equal("Late", (await app.FindAsync("contact", "C3"))["belongsTo"]!.Text("displayName"));
    }

    [Fact]
    public async Task Contacts_follow_an_account_that_merges_and_splits_without_being_written()
    {
        await using var app = await Trade.OpenAsync();
        var eve = await app.FindAsync("contact", "C5");
        app.WriteFile("accounts.csv", Trade.Accounts.Replace("holding.com", "contoso.com", StringComparison.Ordinal));
        await app.SucceedAsync();
        var merged = await app.FindAsync("contact", "C5");
        Assert.Equal((await app.FindAsync("account", "A1")).Id(), merged["belongsTo"]!.Id());
        Assert.Equal(eve.Text("changedAt"), merged.Text("changedAt"));
        Assert.Equal(0, (await app.RunOfAsync("contact"))["result"]!["changed"]!.GetValue<int>());
        Assert.Null((await app.FindAsync("account", "A1"))["parent"]);

        app.WriteFile("accounts.csv", Trade.Accounts);
        await app.SucceedAsync();
        Assert.Equal("Holding", (await app.FindAsync("contact", "C5"))["belongsTo"]!.Text("displayName"));
    }

    [Fact]
    public async Task Segments_ask_for_the_account_and_its_parent()
    {
        await using var app = await Trade.OpenAsync();
        Assert.Equal(["Ann Miller", "Bob Miller"], await app.NamesAsync("/segments/retail/members"));
        Assert.Equal(["Ann Miller", "Bob Miller"], await app.NamesAsync("/segments/held/members"));
    }

    [Fact]
    public async Task A_recipe_applied_and_refreshed_again_changes_nothing()
    {
        await using var app = await Trade.OpenAsync();
        var report = await app.ApplyAsync(Trade.Recipe().ToJsonString());
        Assert.Equal((0, 0), (report["created"]!.GetValue<int>(), report["changed"]!.GetValue<int>()));
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_card_of_a_contact_has_17_fields_in_their_order()
    {
        await using var app = await Trade.OpenAsync();
        var ann = await app.FindAsync("contact", "C1");
        var card = ann["card"]!.AsArray().ToDictionary(field => field!.Text("name"), field => field!["value"]?.GetValue<string>());
        Assert.Equal(
            ["first_name", "last_name", "job_title", "primary_email", "primary_phone", "birth_date", "gender", "street_address", "city", "state_or_province", "postal_code", "country_or_region", "contact_id", "customer_id", "unified_contact_id", "id", "identifier"],
            card.Keys);
        Assert.Equal(("Ann", null, ann["belongsTo"]!.Id(), ann.Id()), (card["first_name"], card["gender"], card["customer_id"], card["id"]));
        Assert.Equal($"contact|{ann["belongsTo"]!.Id()}|C1", card["identifier"]);
        var suggested = await app.GetAsync("/profile-types/contact/suggestions");
        Assert.Equal(17, suggested["card"]!.AsArray().Count);
        Assert.Empty(suggested["clusters"]!.AsArray());
    }

    [Theory]
    [InlineData("/profileTypes/contact/belongsTo/type", "cycle", """{"type":"contact","streams":{"crm.contacts":{"stream":"crm.accounts","key":"Account"}}}""")]
    [InlineData("/profileTypes/contact/belongsTo/type", "unknown", """{"type":"acount","streams":{"crm.contacts":{"stream":"crm.accounts","key":"Account"}}}""")]
    [InlineData("/profileTypes/contact/belongsTo/streams/crm.contacts/stream", "stream", """{"type":"account","streams":{"crm.contacts":{"stream":"crm.contacts","key":"Account"}}}""")]
    [InlineData("/profileTypes/contact/belongsTo/streams", "count", """{"type":"account","streams":{}}""")]
    [InlineData("/profileTypes/contact/belongsTo/as", "name", """{"type":"account","as":"a b","streams":{"crm.contacts":{"stream":"crm.accounts","key":"Account"}}}""")]
    public async Task A_wrong_reference_is_refused_at_its_place(string pointer, string code, string belongsTo)
    {
        await using var app = await RunningApp.StartAsync();
        app.WriteFile("accounts.csv", Trade.Accounts);
        app.WriteFile("contacts.csv", Trade.Contacts);
        var recipe = Trade.Recipe();
        recipe.Remove("segments");
        recipe["profileTypes"]!["contact"]!["belongsTo"] = JsonNode.Parse(belongsTo);
        var (status, body) = await app.SendAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(body!["errors"]!.AsArray(), error => error!.Text("pointer") == pointer && error!.Text("code") == code);
    }

    [Fact]
    public async Task Types_that_belong_to_each_other_are_refused_with_the_circle()
    {
        await using var app = await RunningApp.StartAsync();
        app.WriteFile("accounts.csv", Trade.Accounts);
        app.WriteFile("contacts.csv", Trade.Contacts);
        var recipe = Trade.Recipe();
        recipe["profileTypes"]!["account"]!["belongsTo"] = JsonNode.Parse("""{"type":"contact","streams":{"crm.accounts":{"stream":"crm.contacts","key":"Id"}}}""");
        var (_, body) = await app.SendAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.Contains(body!["errors"]!.AsArray(), error => error!.Text("message").Contains("account → contact → account", StringComparison.Ordinal));
    }
}
