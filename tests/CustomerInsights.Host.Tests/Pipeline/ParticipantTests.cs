using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>Activities of several people in roles, and activities that carry no key.</summary>
public sealed class ParticipantTests
{
    private const string Visits = """
        VisitId,Who,Family,Town,At,Host,Guests
        V1,C2,,,2026-02-01,C1,C3
        V2,,ANGSTROM,wien,2026-02-02,,
        V3,,Miller,Paris,2026-02-03,,
        V4,,Öz,ANKARA,2026-02-04,C1,
        V5,,,Paris,2026-02-05,,
        V6,,Nobody,Here,2026-02-06,,

        """;

    [Fact]
    public async Task An_activity_stands_on_the_timelines_of_all_who_take_part_and_is_counted_for_its_owner()
    {
        await using var app = await OpenAsync();
        var (ann, bjorn, cem) = (await IdAsync(app, "C1"), await IdAsync(app, "C2"), await IdAsync(app, "C3"));
        Assert.Equal(["V4 host", "V1 host"], await TimelineAsync(app, ann));
        Assert.Equal(["V2 ", "V1 "], await TimelineAsync(app, bjorn));
        Assert.Equal(["V4 ", "V1 guest"], await TimelineAsync(app, cem));
        Assert.Equal(2, (await app.GetAsync($"/profiles/{ann}/activities/days?type=visit"))["days"]!.AsArray().Sum(day => day!["count"]!.GetValue<long>()));
        var detail = (await app.GetAsync($"/profiles/{ann}/activities?type=visit"))["items"]![0]!;
        Assert.Equal("host", (await app.GetAsync($"/profiles/{ann}/activities/{detail.Id()}"))["roles"]![0]!.GetValue<string>());

        // Page by page the same.
        Assert.Equal(["V4", "V1"], (await app.AllAsync($"/profiles/{ann}/activities?type=visit&limit=1")).Select(one => one.Text("key")));
        Assert.Equal((0, 2, 1), (await VisitsAsync(app, ann), await VisitsAsync(app, bjorn), await VisitsAsync(app, cem)));
        Assert.Equal(3, (await app.GetAsync("/measures/all_visits/values"))["rows"]![0]!["value"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_activity_without_a_key_finds_the_one_person_whose_attributes_it_has_and_follows_them()
    {
        await using var app = await OpenAsync();
        var bjorn = await IdAsync(app, "C2");
        var found = (await app.GetAsync($"/profiles/{bjorn}/activities?type=visit"))["items"]![0]!;
        Assert.True(found["matched"]!.GetValue<bool>());
        Assert.Equal("""["city","last_name"]""", (await app.GetAsync($"/profiles/{bjorn}/activities/{found.Id()}"))["matchedOn"]!.ToJsonString());

        // Ann and Dora Miller both live in Paris: nobody's. Nor is one without a name.
        Assert.Equal((3L, 6L), await UnlinkedAsync(app));
        var again = await app.RefreshAsync();
        Assert.Equal(0, again["result"]!["changed"]!.GetValue<int>());

        // Dora moves away, and then there is one Miller in Paris.
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("C4,Dora,Miller,dora@example.com,,Paris", "C4,Dora,Miller,dora@example.com,,Lyon", StringComparison.Ordinal));
        await app.SucceedAsync();
        Assert.Equal(["V4 host", "V3 ", "V1 host"], await TimelineAsync(app, await IdAsync(app, "C1")));
        app.WriteFile("contacts.csv", Shop.Contacts);
        await app.SucceedAsync();
        Assert.Equal(["V4 host", "V1 host"], await TimelineAsync(app, await IdAsync(app, "C1")));
    }

    [Fact]
    public async Task What_somebody_took_part_in_is_in_an_export_of_their_data_and_goes_with_an_erasure()
    {
        await using var app = await OpenAsync();
        var cem = await IdAsync(app, "C3");
        await app.SendAsync(HttpMethod.Post, "/privacy/requests", JsonNode.Parse("""{"kind":"erase","requester":"Cem","law":"gdpr","reason":"He asked.","identifiers":[{"type":"email","value":"cem@example.com"}]}"""));
        for (var i = 0; (await app.Http.GetAsync($"/api/v1/profiles/{cem}")).StatusCode != HttpStatusCode.NotFound; i++)
        {
            Assert.True(i < 300, "He was not erased after half a minute.");
            await Task.Delay(100);
        }

        Assert.Equal(["V2 ", "V1 "], await TimelineAsync(app, await IdAsync(app, "C2")));
        Assert.Equal(["V1 host"], await TimelineAsync(app, await IdAsync(app, "C1")));
    }

    [Theory]
    [InlineData("""{"match":{"type":"customer","on":{"surname":"Family"}}}""", "/activity/match/on/surname: There is no attribute 'surname' of 'customer'.")]
    [InlineData("""{"match":{"type":"customer","on":{}}}""", "/activity/match/on: A match is on 1 to 10 attributes.")]
    [InlineData("""{"match":{"type":"person","on":{"city":"Town"}}}""", "/activity/match/type: There is no profile type 'person'.")]
    [InlineData("""{"participants":[{"role":"the host","stream":"crm.contacts","key":"Host"}]}""", "/activity/participants/0/role: 'the host' is not a role")]
    [InlineData("""{"participants":[{"role":"host","stream":"crm.people","key":"Host"}]}""", "/activity/participants/0/stream: There is no mapping for the stream 'crm.people'.")]
    [InlineData("""{"participants":[{"role":"host","stream":"crm.contacts","key":"Hast"}]}""", "/activity/participants/0/key: RUL012")]
    public async Task What_is_wrong_with_a_mapping_is_told_with_its_place(string change, string fault)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("visits.csv", Visits);
        await app.ApplyAsync(Recipe().ToJsonString());
        var activity = Recipe()["mappings"]!["crm.visits"]!["activity"]!.DeepClone().AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            activity[name] = value!.DeepClone();
        }

        var (status, problem) = await app.SendAsync(HttpMethod.Put, "/mappings/crm.visits", new JsonObject { ["activity"] = activity }, "*");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(problem!["errors"]!.AsArray(), error => $"{error!.Text("pointer")}: {error!.Text("message")}".StartsWith(fault, StringComparison.Ordinal));
    }

    private static async Task<RunningApp> OpenAsync()
    {
        var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("visits.csv", Visits);
        await app.ApplyAsync(Recipe().ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    private static JsonObject Recipe()
    {
        var recipe = Shop.Recipe();
        recipe["activityTypes"]!["visit"] = JsonNode.Parse("""{"fields":{"town":{"type":"text"}}}""");
        recipe["sources"]!["crm"]!["settings"]!["streams"]!.AsArray().Add(JsonNode.Parse("""{"name":"visits","path":"visits.csv","key":["VisitId"],"columns":{"At":{"type":"date"}}}"""));
        recipe["mappings"]!["crm.visits"] = JsonNode.Parse("""
            {"activity":{"type":"visit","at":"At","link":{"stream":"crm.contacts","key":"Who"},"fields":{"town":"Town"},
             "match":{"type":"customer","on":{"last_name":"Family","city":"Town"}},
             "participants":[{"role":"host","stream":"crm.contacts","key":"Host"},{"role":"guest","stream":"crm.contacts","key":"Guests"}]}}
            """);
        recipe["measures"]!["visits"] = JsonNode.Parse("""{"expression":"count(visit)"}""");
        recipe["measures"]!["all_visits"] = JsonNode.Parse("""{"business":true,"expression":"count(visit)"}""");
        return recipe;
    }

    private static async Task<string> IdAsync(RunningApp app, string key) => (await app.ProfileOfAsync(key)).Id();

    private static async Task<IEnumerable<string>> TimelineAsync(RunningApp app, string profile) =>
        (await app.GetAsync($"/profiles/{profile}/activities?type=visit"))["items"]!.AsArray().Select(one => $"{one!.Text("key")} {(one!["roles"] is { } roles ? string.Join(',', roles.AsArray()) : "")}");

    private static async Task<int> VisitsAsync(RunningApp app, string profile) => (await app.GetAsync($"/profiles/{profile}"))["measures"]!["visits"]?.GetValue<int>() ?? 0;

    private static async Task<(long Unlinked, long Total)> UnlinkedAsync(RunningApp app)
    {
        var count = (await app.GetAsync("/activities/counts"))["types"]!.AsArray().Single(type => type!.Text("type") == "visit")!;
        return (count["unlinked"]!.GetValue<long>(), count["total"]!.GetValue<long>());
    }
}
