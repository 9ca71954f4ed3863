using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Accounts;

/// <summary>Households: clusters over profiles.</summary>
public sealed class HouseholdTests
{
    [Fact]
    public async Task People_of_one_name_and_address_share_a_household_and_others_have_none()
    {
        await using var app = await Trade.OpenAsync();
        var id = await HouseholdAsync(app, "C1");
        Assert.NotNull(id);
        Assert.Equal(id, await HouseholdAsync(app, "C2"));
        Assert.Null(await HouseholdAsync(app, "C5"));
        Assert.Null(await HouseholdAsync(app, "C6"));
        var household = await app.GetAsync($"/clusters/{id}");
        Assert.Equal(("household", "contact", 2), (household.Text("kind"), household.Text("profileType"), household["members"]!.GetValue<int>()));
        Assert.Equal(["Ann Miller", "Bob Miller"], await app.NamesAsync($"/clusters/{id}/members?limit=1"));
        Assert.Equal(["Ann Miller", "Bob Miller"], await app.NamesAsync("/segments/families/members"));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/clusters/none/members");
    }

    [Fact]
    public async Task A_household_that_is_joined_by_another_keeps_the_oldest_id_and_undone_gives_it_back()
    {
        await using var app = await Trade.OpenAsync();
        var older = await HouseholdAsync(app, "C1");
        var two = Trade.Contacts + "C7,Gil,Miller,gil@example.com,,Other Road 9,3030\n";
        app.WriteFile("contacts.csv", two);
        await app.SucceedAsync();
        var younger = await HouseholdAsync(app, "C6");
        Assert.Equal((older, younger), (await HouseholdAsync(app, "C1"), await HouseholdAsync(app, "C7")));
        Assert.NotEqual(older, younger);

        app.WriteFile("contacts.csv", two.Replace("Other Road 9,3030", "Main Street 5,1010", StringComparison.Ordinal));
        await app.SucceedAsync();
        Assert.Equal((older, older), (await HouseholdAsync(app, "C1"), await HouseholdAsync(app, "C6")));
        var found = await app.GetAsync($"/clusters/{younger}");
        Assert.Equal((older, 4), (found.Text("id"), found["members"]!.GetValue<int>()));
        Assert.Equal(younger, Assert.Single(found["previousIds"]!.AsArray())!.GetValue<string>());

        app.WriteFile("contacts.csv", two);
        await app.SucceedAsync();
        Assert.Equal((older, younger), (await HouseholdAsync(app, "C1"), await HouseholdAsync(app, "C6")));
    }

    [Fact]
    public async Task A_verdict_between_two_runs_leaves_people_in_their_household()
    {
        await using var app = await Trade.OpenAsync();
        var id = await HouseholdAsync(app, "C2");
        var (status, said) = await app.SendAsync(HttpMethod.Post, "/unification/verdicts", new JsonObject
        {
            ["left"] = new JsonObject { ["stream"] = "crm.contacts", ["key"] = "C2" },
            ["right"] = new JsonObject { ["stream"] = "crm.contacts", ["key"] = "C5" },
            ["verdict"] = "same",
        });
        Assert.True(status == HttpStatusCode.Created, said?.ToJsonString());
        Assert.Equal((id, id), (await HouseholdAsync(app, "C2"), await HouseholdAsync(app, "C5")));
    }

    [Fact]
    public async Task Without_the_section_the_attribute_and_the_households_go()
    {
        await using var app = await Trade.OpenAsync(recipe => recipe.Remove("segments"));
        var id = await HouseholdAsync(app, "C1");
        var policy = Trade.Recipe()["unification"]!["contact"]!.DeepClone();
        policy["clusters"] = new JsonArray();
        var etag = (await app.GetAsync("/unification/policies/contact")).Text("etag");
        var (status, body) = await app.SendAsync(HttpMethod.Put, "/unification/policies/contact", policy, etag);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        var offered = (await app.GetAsync("/profile-types/contact/suggestions"))["clusters"]![0]!;
        Assert.Equal(["last_name", "street_address", "postal_code"], offered["rules"]![0]!["conditions"]!.AsArray().Select(condition => condition!.Text("field")));
        await app.ActivateAsync("contact");
        await app.SucceedAsync();
        Assert.Null(await HouseholdAsync(app, "C1"));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/clusters/{id}");
    }

    [Theory]
    [InlineData("/unification/account/clusters/0/rules", "semantics", """[{"name":"household"}]""")]
    [InlineData("/unification/account/clusters/0/rules", "count", """[{"name":"chain"}]""")]
    [InlineData("/unification/account/clusters/0/name", "reserved", """[{"name":"account","rules":[{"name":"r","conditions":[{"field":"domain"}]}]}]""")]
    [InlineData("/unification/account/clusters/0/rules/0/conditions/0/field", "policy", """[{"name":"chain","rules":[{"name":"r","conditions":[{"field":"domian"}]}]}]""")]
    [InlineData("/unification/account/clusters/1/name", "name", """[{"name":"chain","rules":[{"name":"r","conditions":[{"field":"domain"}]}]},{"name":"chain"}]""")]
    public async Task A_wrong_cluster_is_refused_at_its_place(string pointer, string code, string clusters)
    {
        await using var app = await RunningApp.StartAsync();
        app.WriteFile("accounts.csv", Trade.Accounts);
        app.WriteFile("contacts.csv", Trade.Contacts);
        var recipe = Trade.Recipe();
        recipe["unification"]!["account"]!["clusters"] = JsonNode.Parse(clusters);
        var (status, body) = await app.SendAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(body!["errors"]!.AsArray().Any(error => error!.Text("pointer") == pointer && error!.Text("code") == code), body.ToJsonString());
    }

    private static async Task<string?> HouseholdAsync(RunningApp app, string key) =>
        (await app.FindAsync("contact", key)).Attribute("household_id")?["value"]?.GetValue<string>();
}
