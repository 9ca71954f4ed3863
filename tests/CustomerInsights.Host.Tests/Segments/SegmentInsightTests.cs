using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Segments;

/// <summary>A shop with 600 customers: a third of them in each of three cities, half of them members of the club; those in Paris spend most, members with many points more than others.</summary>
public sealed class CrowdFixture : IAsyncLifetime
{
    private static readonly string[] s_cities = ["Paris", "Wien", "Ankara"];
    private RunningApp? _app;

    internal RunningApp App => _app!;

    internal static string City(int i) => s_cities[i % 3];

    internal static int? Points(int i) => i % 2 == 0 ? i / 2 % 50 : null;

    internal static decimal? Order(int i) => i % 10 == 9 ? null : City(i) == "Paris" ? 100 + (i % 7) : Points(i) >= 25 ? 50 + (i % 7) : 10 + (i % 7);

    public async Task InitializeAsync()
    {
        _app = await RunningApp.StartAsync();
        var contacts = new StringBuilder("Id,First,Last,Email,Phone,City\n");
        var members = new StringBuilder("MemberId,Name,Email,Points\n");
        var orders = new StringBuilder("OrderId,ContactId,At,Amount\n");
        var today = TimeProvider.System.GetUtcNow().Date;
        for (var i = 0; i < 600; i++)
        {
            contacts.AppendLine(CultureInfo.InvariantCulture, $"C{i},First{i},Last{i},p{i}@example.com,,{City(i)}");
            if (Points(i) is { } points)
            {
                members.AppendLine(CultureInfo.InvariantCulture, $"M{i},First{i} Last{i},p{i}@example.com,{points}");
            }

            if (Order(i) is { } amount)
            {
                for (var j = 0; j <= i % 4; j++)
                {
                    orders.AppendLine(CultureInfo.InvariantCulture, $"O{i}-{j},C{i},{today.AddDays(-10 - (i % 300) - j):yyyy-MM-dd},{(j == 0 ? amount : 0)}");
                }
            }
        }

        _app.WriteFile("contacts.csv", contacts.ToString());
        _app.WriteFile("members.csv", members.ToString());
        _app.WriteFile("orders.csv", orders.ToString());
        var recipe = Shop.Recipe();
        recipe["segments"]!["paris"] = JsonNode.Parse("""{"rule":"city = \"Paris\""}""");
        recipe["segments"]!["wien"] = JsonNode.Parse("""{"rule":"city = \"Wien\""}""");
        recipe["segments"]!["few"] = JsonNode.Parse("""{"rule":"city = \"Paris\" and points between 3 and 10"}""");
        await _app.ApplyAsync(recipe.ToJsonString());
        await _app.SucceedAsync();
    }

    public async Task DisposeAsync() => await App.DisposeAsync();
}

/// <summary>What sets a segment apart, and what segments suggest themselves.</summary>
public sealed class SegmentInsightTests(CrowdFixture crowd) : IClassFixture<CrowdFixture>
{
    private RunningApp App => crowd.App;

    [Fact]
    public async Task What_sets_a_segment_apart_is_ranked_with_its_distribution()
    {
        var answer = await App.PostAsync("/segments/paris/differentiators", "{}");
        Assert.Equal((200, 400), (answer["members"]!.GetValue<int>(), answer["others"]!.GetValue<int>()));
        var items = answer["items"]!.AsArray();
        Assert.Equal(["city", "spend"], items.Select(item => item!.Text("attribute")));
        Assert.Equal((true, false, false, true), (items[0]!["inRule"]!.GetValue<bool>(), items[0]!["isMeasure"]!.GetValue<bool>(), items[1]!["inRule"]!.GetValue<bool>(), items[1]!["isMeasure"]!.GetValue<bool>()));
        Assert.True(items[0]!["score"]!.GetValue<double>() is > 0.99 and <= 1);
        Assert.True(items[1]!["pValue"]!.GetValue<double>() < 1e-10);
        Assert.Equal(
            ["Ankara 0 200", "Paris 200 0", "Wien 0 200"],
            items[0]!["distribution"]!.AsArray().Select(bin => $"{bin!["value"]} {bin!["members"]} {bin!["others"]}").Order(StringComparer.Ordinal));
        Assert.Equal(200, items[1]!["distribution"]!.AsArray().Sum(bin => bin!["members"]!.GetValue<int>()));
        Assert.Contains("points", answer["alike"]!.AsArray().Select(name => name!.GetValue<string>()));
    }

    [Fact]
    public async Task A_second_segment_and_chosen_attributes_can_be_compared()
    {
        var answer = await App.PostAsync("/segments/paris/differentiators", """{"against":"wien","attributes":["spend","upper(city)","points"]}""");
        Assert.Equal(200, answer["others"]!.GetValue<int>());
        Assert.Equal("upper(city)", answer["items"]![0]!.Text("attribute"));

        // So few tell nothing, however different they are.
        answer = await App.PostAsync("/segments/few/differentiators", "{}");
        Assert.InRange(answer["members"]!.GetValue<int>(), 1, 19);
        Assert.Empty(answer["items"]!.AsArray());
        await App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/segments/nobody/differentiators", "{}");
        Assert.Contains("Did you mean 'wien'", (await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/paris/differentiators", """{"against":"vien"}""")).Faults(), StringComparison.Ordinal);
        Assert.Contains("RUL012", (await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/paris/differentiators", """{"attributes":["cty"]}""")).Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_by_how_lately_how_often_and_for_how_much_hold_everyone_once()
    {
        var answer = await App.PostAsync("/segments/suggestions/groups", """{"activity":"order","amount":"amount"}""");
        var groups = answer["groups"]!.AsArray();
        Assert.Equal(["champions", "loyal", "big-spenders", "promising", "needs-attention", "at-risk", "hibernating", "not-active"], groups.Select(group => group!.Text("name")));
        Assert.Equal(600, groups.Sum(group => group!["count"]!.GetValue<int>()));
        Assert.Equal(60, groups[7]!["count"]!.GetValue<int>());
        Assert.Equal(540, answer["active"]!.GetValue<int>());
        Assert.Equal("count(order where at >= ago(365d)) = 0", groups[7]!.Text("rule"));
        foreach (var group in groups)
        {
            var preview = await App.PostAsync("/segments/preview", new JsonObject { ["rule"] = group!.Text("rule") }.ToJsonString());
            Assert.Equal(group!["count"]!.GetValue<int>(), preview["count"]!.GetValue<int>());
        }

        Assert.Contains("Did you mean 'order'", (await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/groups", """{"activity":"oder","amount":"amount"}""")).Faults(), StringComparison.Ordinal);
        Assert.Contains("no numeric field 'city'", (await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/groups", """{"activity":"order","amount":"city"}""")).Faults(), StringComparison.Ordinal);
        await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/groups", """{"activity":"order","amount":"amount","days":0}""");
    }

    [Fact]
    public async Task A_tree_over_a_number_gives_rules_that_hold_exactly_the_leaves_missing_values_too()
    {
        var answer = await App.PostAsync("/segments/suggestions/tree", """{"target":"spend","attributes":["city","points","last_name"],"depth":2,"smallestGroup":20}""");
        Assert.Equal(["last_name"], answer["leftOut"]!.AsArray().Select(name => name!.GetValue<string>()));
        var groups = answer["groups"]!.AsArray().ToDictionary(group => group!.Text("rule"), group => group!["count"]!.GetValue<int>());
        var everyone = Enumerable.Range(0, 600).ToList();
        int Count(Func<int, bool> who) => everyone.Count(who);
        Assert.Equal(Count(i => CrowdFixture.City(i) != "Paris" && CrowdFixture.Points(i) >= 25), groups["city in (\"Ankara\", \"Wien\") and points > 24"]);
        Assert.Equal(Count(i => CrowdFixture.City(i) != "Paris" && !(CrowdFixture.Points(i) >= 25)), groups["city in (\"Ankara\", \"Wien\") and (points <= 24 or points is missing)"]);
        Assert.Equal(200, groups.Where(group => group.Key.StartsWith("city = \"Paris\"", StringComparison.Ordinal)).Sum(group => group.Value));
        Assert.Equal(answer.ToJsonString(), (await App.PostAsync("/segments/suggestions/tree", """{"target":"spend","attributes":["city","points","last_name"],"depth":2,"smallestGroup":20}""")).ToJsonString());
    }

    [Fact]
    public async Task A_tree_over_values_tells_the_shares_of_each_and_stays_within_a_segment()
    {
        var answer = await App.PostAsync("/segments/suggestions/tree", """{"target":"city","attributes":["spend"],"segment":"buyers"}""");
        Assert.Equal(540, answer["of"]!.GetValue<int>());
        Assert.Equal(3, answer["shares"]!.AsArray().Count);
        var first = answer["groups"]!.AsArray().First(group => group!["shares"]!.AsArray().Any(share => share!["value"]?.GetValue<string>() == "Paris" && share["part"]!.GetValue<double>() == 1.0))!;
        Assert.StartsWith("segment(\"buyers\") and spend > ", first.Text("rule"), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 600).Count(i => CrowdFixture.Order(i) is not null && CrowdFixture.City(i) == "Paris"), first["count"]!.GetValue<int>());
        Assert.Contains("more than 10 values", (await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/tree", """{"target":"email"}""")).Faults(), StringComparison.Ordinal);
        await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/tree", """{"target":"spend","depth":9}""");
        await App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/suggestions/tree", """{"target":"spend","segment":"buyer"}""");
    }
}
