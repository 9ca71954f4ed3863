using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>From page calls of browsers to sessions.</summary>
public sealed class WebVisitTests(EventSiteFixture site) : IClassFixture<EventSiteFixture>
{
    private const string Chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

    private static readonly DateTimeOffset Received = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{}""", "/x direct none  ")]
    [InlineData("""{"referrer":"https://www.google.co.uk/search?q=secret"}""", "/x google organic  https://www.google.co.uk/search")]
    [InlineData("""{"referrer":"https://www.blog.example/post?token=1"}""", "/x blog.example referral  https://www.blog.example/post")]
    [InlineData("""{"referrer":"https://shop.example/other"}""", "/x direct none  ")]
    [InlineData("""{"referrer":"javascript:alert(1)"}""", "/x direct none  ")]
    [InlineData("""{"search":"?gclid=abc"}""", "/x google cpc  ")]
    [InlineData("""{"search":"?utm_source=news&utm_medium=email&utm_campaign=May+2026%21&utm_bad=%ZZ"}""", "/x news email May 2026! ")]
    [InlineData("""{"search":"?utm_source=partner","referrer":"https://blog.example/"}""", "/x partner campaign  https://blog.example/")]
    [InlineData("""{"path":"","url":"not an address"}""", "Home direct none  ")]
    public async Task A_visit_tells_where_it_came_from(string page, string origin)
    {
        var given = JsonNode.Parse(page)!.AsObject();
        given.TryAdd("url", "https://www.shop.example/x");
        given.TryAdd("path", "/x");
        var view = (await ReadAsync("page", $$"""{"messageId":"m","anonymousId":"a","name":"Home","context":{"userAgent":"{{Chrome}}","page":{{given.ToJsonString()}} } }""")).View!;
        Assert.Equal(origin, $"{view.Origin.Page} {view.Origin.Source} {view.Origin.Medium} {view.Origin.Campaign} {view.Origin.Referrer}");
    }

    [Theory]
    [InlineData(Chrome, "desktop Chrome Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0", "desktop Edge Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "mobile Safari iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36", "mobile Chrome Android")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36", "tablet Samsung Internet Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:140.0) Gecko/20100101 Firefox/140.0", "desktop Firefox macOS")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot  ")]
    [InlineData("", "desktop  ")]
    public void A_browser_is_known_by_what_it_calls_itself(string agent, string expected)
    {
        var (device, browser, system) = UserAgents.Of(agent);
        Assert.Equal(expected, $"{device} {browser} {system}");
    }

    [Theory]
    [InlineData("page", """{"messageId":"m","anonymousId":"a"}""")]
    [InlineData("page", """{"messageId":"m","userId":"u","context":{"userAgent":"x"}}""")]
    [InlineData("screen", """{"messageId":"m","anonymousId":"a","context":{"userAgent":"x"}}""")]
    [InlineData("track", """{"messageId":"m","anonymousId":"a","event":"E","context":{"userAgent":"x"}}""")]
    public async Task What_no_browser_sent_of_a_page_is_no_visit(string kind, string json) => Assert.Null((await ReadAsync(kind, json)).View);

    [Fact]
    public async Task A_visitor_who_signs_in_has_the_session_from_its_first_page_on()
    {
        await using var app = await EventSite.OpenAsync();
        string Page(string id, string at, string path, string more = "") => "{" + $"""
            "type":"page","messageId":"{id}","anonymousId":"w-1","timestamp":"{at}"{more},"context":
            """ + $$"""
            {"userAgent":"{{Chrome}}","page":{"path":"{{path}}","referrer":"https://www.bing.com/"} }
            """ + "}";
        await app.AcceptAsync("batch", $$"""
            {"batch":[{{Page("w1", "2026-03-01T10:00:00Z", "/")}},{{Page("w2", "2026-03-01T10:20:00Z", "/shoes")}},
              {"type":"identify","messageId":"w3","anonymousId":"w-1","userId":"77","timestamp":"2026-03-01T10:21:00Z","traits":{"email":"ann@example.com"} },
              {{Page("w4", "2026-03-01T10:49:00Z", "/cart", ",\"userId\":\"77\"")}},{{Page("w5", "2026-03-01T12:00:00Z", "/")}} ] }
            """);
        await app.FateAsync("w5");
        await app.SucceedAsync();
        var ann = await app.ProfileOfAsync("C1");
        var sessions = (await app.GetAsync($"/profiles/{ann.Id()}/activities?type=session"))["items"]!.AsArray();
        Assert.Equal(2, sessions.Count);
        var fields = sessions[1]!["fields"]!;
        Assert.Equal(("/", "/cart", "bing", "organic", "desktop"), (fields.Text("landing_page"), fields.Text("exit_page"), fields.Text("source"), fields.Text("medium"), fields.Text("device")));
        Assert.Equal(3, fields["pages"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_web_analytics_of_the_documentation_can_be_read_as_they_stand_there()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "docs", "applications", "event-fates.md"));
        JsonNode Block(string name) => JsonNode.Parse("{" + page[page.IndexOf($"\"{name}\": {{", StringComparison.Ordinal)..].Split("```")[0] + "}")![name]!.DeepClone();
        await using var app = await EventSite.OpenAsync(change: recipe =>
        {
            recipe["activityTypes"]!["session"] = Block("activityTypes")["session"]!.DeepClone();
            foreach (var (name, measure) in Block("measures").AsObject())
            {
                recipe["measures"]![name] = measure!.DeepClone();
            }
        });
        string Page(string id, string visitor, string at, string path, string referrer) => $$"""
            {"type":"page","messageId":"{{id}}","anonymousId":"{{visitor}}","userId":"{{visitor}}","timestamp":"{{at}}","context":{"userAgent":"{{Chrome}}","page":{"path":"{{path}}","referrer":"{{referrer}}"} } }
            """;
        await app.AcceptAsync("batch", $$"""
            {"batch":[{{Page("d1", "v-1", "2026-03-01T23:30:00Z", "/", "https://www.bing.com/")}},{{Page("d2", "v-1", "2026-03-01T23:40:00Z", "/shoes", "")}},{{Page("d3", "v-2", "2026-03-02T10:00:00Z", "/shoes", "")}} ] }
            """);
        await app.FateAsync("d3");
        await app.SucceedAsync();
        Assert.Equal(["bing organic 2026-03-01T23:00:00Z = 1", "direct none 2026-03-01T23:00:00Z = 1"], await RowsAsync("visits_by_source"));
        Assert.Equal(["desktop 2026-03-01T23:00:00Z = 3"], await RowsAsync("pages_by_device"));
        Assert.Equal(["/ = 1", "/shoes = 1"], await RowsAsync("visits_by_landing_page"));

        async Task<IEnumerable<string>> RowsAsync(string measure) =>
            (await app.GetAsync($"/measures/{measure}/values"))["rows"]!.AsArray().Select(row => $"{string.Join(' ', row!["dimensions"]!.AsArray())} = {row["value"]}").Order(StringComparer.Ordinal);
    }

    private async Task<ProjectedEvent> ReadAsync(string kind, string json) =>
        new EventReading(await site.App.Services.GetRequiredService<MetadataService>().ModelAsync(CancellationToken.None)).Read(StoredEvents.Of(kind, json, Received))!;
}
