using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Host.Tests.Rules;

public sealed class RuleEndpointTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task A_valid_rule_is_checked_explained_and_reckoned()
    {
        var found = await PostAsync("check", """{"rule":"count(order where amount>=50 and at >= ago(90d))>=2"}""");
        Assert.True(found["valid"]!.GetValue<bool>());
        Assert.Empty(found["errors"]!.AsArray());
        Assert.Equal("boolean", found["type"]!.GetValue<string>());
        Assert.Equal("count(order where amount >= 50 and at >= ago(90d)) >= 2", found["text"]!.GetValue<string>());
        Assert.Equal("has at least 2 orders with amount at least 50 in the last 90 days", found["explanation"]!.GetValue<string>());
        Assert.Equal("""{"attributes":[],"relatedAttributes":[],"activities":{"order":["amount","at"]},"segments":[],"channels":[],"time":true,"population":false}""", found["dependencies"]!.ToJsonString());
        Assert.Equal("instant", found["cost"]!["class"]!.GetValue<string>());
        Assert.Equal(4, found["cost"]!["activitiesRead"]!.GetValue<long>());
        Assert.Equal("binary", found["tree"]!["kind"]!.GetValue<string>());
        Assert.Equal([], JsonSchema.Load((await shop.App.GetAsync("/rules/schema")).ToJsonString()).Validate(found["tree"]!.ToJsonString()));
    }

    [Fact]
    public async Task The_errors_of_a_rule_are_an_answer_with_places_and_suggestions()
    {
        var found = await PostAsync("check", """{"rule":"citty = \"Paris\"\nand count(ordr) > 1"}""");
        Assert.False(found["valid"]!.GetValue<bool>());
        Assert.Equal(
            """[{"code":"RUL012","message":"unknown attribute \u0027citty\u0027","line":1,"column":1,"length":5,"suggestion":"city"},{"code":"RUL013","message":"unknown activity type \u0027ordr\u0027","line":2,"column":11,"length":4,"suggestion":"order"}]""",
            found["errors"]!.ToJsonString());
        Assert.Equal("citty = \"Paris\" and count(ordr) > 1", found["text"]!.GetValue<string>());
        Assert.Null(found["explanation"]);
        Assert.Null(found["cost"]);
    }

    [Fact]
    public async Task A_tree_is_checked_as_a_text_is_and_its_errors_stand_at_a_pointer()
    {
        var tree = """{"kind":"binary","operator":"=","left":{"kind":"name","parts":["citty"]},"right":{"kind":"literal","type":"text","value":"Paris"}}""";
        var found = await PostAsync("check", $$"""{"tree":{{tree}}}""");
        Assert.Equal("/left", Assert.Single(found["errors"]!.AsArray())!["pointer"]!.GetValue<string>());
        var mended = await PostAsync("check", $$"""{"tree":{{tree.Replace("citty", "city", StringComparison.Ordinal)}}}""");
        Assert.Equal("city is “Paris”", mended["explanation"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_measure_is_checked_for_its_own_use()
    {
        var found = await PostAsync("check", """{"rule":"avg(order.amount) by city, month(order.at)","use":"businessMeasure"}""");
        Assert.Equal("average amount of orders, by city and month", found["explanation"]!.GetValue<string>());
        Assert.Equal("RUL026", (await PostAsync("check", """{"rule":"avg(order.amount) by city","use":"value"}"""))["errors"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rule_as_deep_as_is_allowed_comes_and_goes_as_a_tree()
    {
        string rule = string.Concat(Enumerable.Repeat("not ", 60)) + "orders > 1";
        string json = JsonSerializer.Serialize(new { rule });
        string tree = RuleJson.Write(RuleText.Parse(rule).Expression!).ToJsonString(new JsonSerializerOptions { MaxDepth = 200, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (string body in new[] { json, $$"""{"tree":{{tree}}}""" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await shop.App.Http.PostAsync("/api/v1/rules/check", content);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(), new JsonDocumentOptions { MaxDepth = 200 });
            Assert.True(document.RootElement.GetProperty("valid").GetBoolean());
            Assert.Equal(tree, document.RootElement.GetProperty("tree").GetRawText());
        }
    }

    [Fact]
    public async Task A_rule_is_formatted_from_either_form()
    {
        var formatted = await PostAsync("format", """{"rule":"a=1   AND(b)  -- why"}""");
        Assert.Equal("a = 1 and b", formatted["text"]!.GetValue<string>());
        var back = await PostAsync("format", $$"""{"tree":{{formatted["tree"]!.ToJsonString()}}}""");
        Assert.Equal("a = 1 and b", back["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task Completion_knows_names_and_the_values_that_many_have()
    {
        Assert.Equal("city", (await ItemsAsync("""{"rule":"ci"}"""))[0]!["text"]!.GetValue<string>());
        var paris = (await ItemsAsync("""{"rule":"city = \""}"""))[0]!;
        Assert.Equal("""{"text":"\u0022Paris\u0022","start":7,"length":1,"kind":"value","type":"text","detail":"2 of the sample"}""", paris.ToJsonString());
        Assert.Contains("\"buyers\"", (await ItemsAsync("""{"rule":"segment("}""")).Select(i => i!["text"]!.GetValue<string>()));
        Assert.Equal("order.amount", (await ItemsAsync("""{"rule":"sum( > 5","position":4}"""))[0]!["text"]!.GetValue<string>());
        Assert.Contains("spend", (await ItemsAsync("""{"rule":"sp"}""")).Select(i => i!["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Functions_are_listed_with_signature_description_and_example()
    {
        var all = (await shop.App.GetAsync("/rules/functions"))["functions"]!.AsArray();
        Assert.Equal(RuleFunctions.All.Count, all.Count);
        Assert.All(all, f => Assert.All(new[] { "name", "kind", "signature", "type", "description", "example" }, p => Assert.NotEqual("", f![p]!.GetValue<string>())));
    }

    [Theory]
    [InlineData("check", """{"rule":"vip","profileType":"custmer"}""", "/profileType", "unknown")]
    [InlineData("check", "{}", "/rule", "required")]
    [InlineData("check", """{"rule":"true","tree":{"kind":"name","parts":["vip"]}}""", "/tree", "ambiguous")]
    [InlineData("format", """{"rule":"a ="}""", "/rule", "RUL005")]
    [InlineData("format", """{"tree":{"kind":"nam"}}""", "/tree/kind", "RUL010")]
    [InlineData("complete", """{"rule":"ci","position":3}""", "/position", "range")]
    [InlineData("complete", """{"rule":"ci","position":-1}""", "/position", "range")]
    public async Task What_cannot_be_answered_names_the_place(string route, string body, string pointer, string code)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"/rules/{route}", body);
        var fault = problem["errors"]![0]!;
        Assert.Equal((pointer, code), (fault["pointer"]!.GetValue<string>(), fault["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_rule_that_is_too_long_is_not_completed() => Assert.Equal(
        "The rule is 10001 characters long; at most 10000 are allowed. Shorten it.",
        (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/rules/complete", JsonSerializer.Serialize(new { rule = new string(' ', 10_001) })))["detail"]!.GetValue<string>());

    private async Task<JsonArray> ItemsAsync(string body) => (await PostAsync("complete", body))["items"]!.AsArray();

    private async Task<JsonNode> PostAsync(string route, string body)
    {
        var (status, answer) = await shop.App.SendTextAsync(HttpMethod.Post, $"/rules/{route}", body);
        Assert.True(status == HttpStatusCode.OK, answer?.ToJsonString());
        return answer!;
    }
}
