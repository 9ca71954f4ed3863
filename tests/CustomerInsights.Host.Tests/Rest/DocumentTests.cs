using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>The OpenAPI document, the page that shows it, and the form of values.</summary>
public sealed partial class DocumentTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Every_operation_has_an_id_a_tag_and_responses()
    {
        using var stranger = shop.App.ClientWith(null);
        var document = JsonNode.Parse(await stranger.GetStringAsync("/openapi/v1.json"))!;
        Assert.StartsWith("3.", document.Text("openapi"), StringComparison.Ordinal);
        var ids = new List<string>();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            Assert.StartsWith("/api/v1/", path, StringComparison.Ordinal);
            foreach (var (method, operation) in item!.AsObject())
            {
                var place = $"{method} {path}";
                Assert.True(operation!["operationId"] is not null, place);
                ids.Add(operation["operationId"]!.GetValue<string>());
                Assert.True(operation["tags"] is JsonArray { Count: > 0 }, place);
                var responses = operation["responses"]!.AsObject();
                Assert.True(responses.Any(response => response.Key[0] == '2'), place);
                Assert.True(responses.ContainsKey("401") && responses.ContainsKey("403"), place);
            }
        }

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.True(ids.Count > 50, $"{ids.Count} operations");
        Assert.Equal("bearer", document["components"]!["securitySchemes"]!["key"]!.Text("scheme"));
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        var text = await shop.App.Http.GetStringAsync("/openapi/v1.json");
        var document = JsonNode.Parse(text)!;
        foreach (Match match in Reference().Matches(text))
        {
            var node = document;
            foreach (var step in match.Groups["to"].Value.Split('/'))
            {
                node = node?[step];
            }

            Assert.True(node is not null, match.Value);
        }
    }

    [Fact]
    public async Task Endpoints_that_call_their_types_alike_have_schemas_of_their_own()
    {
        var paths = JsonNode.Parse(await shop.App.Http.GetStringAsync("/openapi/v1.json"))!["paths"]!;
        var schemas = JsonNode.Parse(await shop.App.Http.GetStringAsync("/openapi/v1.json"))!["components"]!["schemas"]!.AsObject();
        string Answer(string path, string method, string status) =>
            paths[path]![method]!["responses"]![status]!["content"]!["application/json"]!["schema"]!.Text("$ref").Split('/')[^1];

        Assert.Equal("CreateKeyResponse", Answer("/api/v1/keys", "post", "201"));
        Assert.Equal("ListKeysResponse", Answer("/api/v1/keys", "get", "200"));
        Assert.NotEqual(Answer("/api/v1/streams/{name}/runs", "get", "200"), Answer("/api/v1/exports/{name}/runs", "get", "200"));
        Assert.Equal(["id", "key", "name", "role"], schemas["CreateKeyResponse"]!["properties"]!.AsObject().Select(property => property.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_reference_page_loads_everything_from_here()
    {
        using var stranger = shop.App.ClientWith(null);
        var page = await stranger.GetStringAsync("/reference/index.html");
        var assets = Asset().Matches(page).Select(match => match.Groups["to"].Value).ToList();
        Assert.True(assets.Count >= 3, page);
        foreach (var asset in assets)
        {
            Assert.False(Uri.TryCreate(asset, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal), asset);
            Assert.False(asset.StartsWith("//", StringComparison.Ordinal), asset);
            using var response = await stranger.GetAsync(new Uri(new Uri(stranger.BaseAddress!, "/reference/"), asset));
            Assert.True(response.StatusCode == HttpStatusCode.OK, asset);
        }

        using var short_ = await stranger.GetAsync("/reference");
        Assert.Equal(HttpStatusCode.OK, short_.StatusCode);
    }

    [Fact]
    public async Task The_front_page_leads_on()
    {
        using var stranger = shop.App.ClientWith(null);
        var page = await stranger.GetStringAsync("/");
        Assert.Contains("href=\"/reference\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decimals_are_text_and_times_are_UTC()
    {
        var profile = await shop.App.ProfileOfAsync("C1");
        Assert.Equal("150.30", profile["measures"]!.Text("spend"));
        Assert.Equal(JsonValueKind.Number, profile["measures"]!["orders"]!.GetValueKind());
        var activity = (await shop.App.GetAsync($"/profiles/{profile.Id()}/activities"))["items"]![1]!;
        Assert.Equal("100.10", activity["fields"]!.Text("amount"));
        Assert.Matches("^2026-01-01T00:00:00(\\.0+)?(Z|\\+00:00)$", activity.Text("at"));
        Assert.Equal("167.29", (await shop.App.GetAsync("/streams/crm.orders/records"))["items"]!.AsArray()
            .Sum(record => decimal.Parse(record!["fields"]!.Text("Amount"), System.Globalization.CultureInfo.InvariantCulture)).ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("157.30", (await shop.App.GetAsync("/measures/revenue/values"))["rows"]![0]!.Text("value"));
    }

    [Fact]
    public async Task Times_end_in_Z()
    {
        var profile = await shop.App.ProfileOfAsync("C1");
        Assert.EndsWith("Z", profile.Text("changedAt"), StringComparison.Ordinal);
        Assert.EndsWith("Z", (await shop.App.GetAsync("/jobs"))["items"]![0]!.Text("createdAt"), StringComparison.Ordinal);
        Assert.EndsWith("Z", (await shop.App.GetAsync($"/profiles/{profile.Id()}/activities"))["items"]![0]!.Text("at"), StringComparison.Ordinal);
    }

    [GeneratedRegex("\"\\$ref\"\\s*:\\s*\"#/(?<to>[^\"]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Reference();

    [GeneratedRegex("(?:src|href)=\"(?<to>[^\"]+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Asset();
}
