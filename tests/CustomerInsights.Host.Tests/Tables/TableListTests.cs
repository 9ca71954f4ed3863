using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Privacy.Reads;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Host.Tests.Events;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Tables;

/// <summary>Every list gives the same rows as pages, as CSV, as JSON and as JSON lines.</summary>
public sealed class TableListTests(TableListTests.Site site) : IClassFixture<TableListTests.Site>
{
    [Theory]
    [InlineData("/profiles", 5)]
    [InlineData("/profiles?search=miller", 2)]
    [InlineData("/profiles?filter=city%20%3D%20%22Paris%22", 2)]
    [InlineData("/profiles?segment=buyers", 2)]
    [InlineData("/profiles?segment=buyers&filter=city%20%3D%20%22Paris%22", 1)]
    [InlineData("/profiles?known=true", 5)]
    [InlineData("/profiles?known=false", 0)]
    [InlineData("/activities", 4)]
    [InlineData("/activities?type=order&from=2026-01-02&to=2026-01-04", 2)]
    [InlineData("/profiles/{ann}/activities", 2)]
    [InlineData("/profiles/{ann}/activities?type=order&day=2026-01-01", 1)]
    [InlineData("/profiles/{ann}/identifiers", 3)]
    [InlineData("/profiles/{ann}/attributes?view=all", 8)]
    [InlineData("/profiles/{ann}/history", 1)]
    [InlineData("/segments", 2)]
    [InlineData("/segments/buyers/history", 2)]
    [InlineData("/segments/buyers/sizes", 1)]
    [InlineData("/measures", 3)]
    [InlineData("/measures/revenue/history", 1)]
    [InlineData("/measures/spend/distribution", 1)]
    [InlineData("/profile-types", 1)]
    [InlineData("/unification/ledger", 1)]
    [InlineData("/unification/runs", 1)]
    [InlineData("/unification/demotions", 1)]
    [InlineData("/unification/verdicts", 1)]
    [InlineData("/jobs?kind=refresh", 1)]
    [InlineData("/streams", 6)]
    [InlineData("/streams/crm.contacts/runs", 1)]
    [InlineData("/streams/crm.contacts/records", 4)]
    [InlineData("/streams/crm.orders/rejected", 1)]
    [InlineData("/exports/buyers/runs", 1)]
    [InlineData("/event-sources/web/violations", 2)]
    [InlineData("/identifiers/email/ann@example.com/history", 1)]
    [InlineData("/lists", 1)]
    [InlineData("/audit", 3)]
    [InlineData("/audit/reads?principal=reader", 2)]
    [InlineData("/keys", 1)]
    [InlineData("/privacy/requests", 0)]
    public async Task A_list_has_the_same_rows_in_every_form(string path, int atLeast)
    {
        path = path.Replace("{ann}", site.Ann, StringComparison.Ordinal);
        var pages = await PagesAsync(path);
        Assert.True(pages.Count >= atLeast, $"There are {pages.Count} rows.");
        var json = JsonNode.Parse(await site.TextAsync(path, "json", "application/json"))!.AsArray();
        Assert.Equal(pages.Select(row => row.ToJsonString()), json.Select(row => row!.ToJsonString()));
        var lines = (await site.TextAsync(path, "jsonl", "application/x-ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(pages.Select(row => row.ToJsonString()), lines.Select(line => JsonNode.Parse(line)!.ToJsonString()));
        var cells = CsvFile.Read(Encoding.UTF8.GetBytes(await site.TextAsync(path, "csv", "text/csv")));
        Assert.Equal(pages.Select(row => Cells(row)), cells.Select(row => Cells(row)));
    }

    [Theory]
    [InlineData("/segments/buyers/members", "profile_id,since,email,spend")]
    [InlineData("/segments/buyers/members?sort=name", "profile_id,since,email,spend")]
    [InlineData("/measures/spend/values", "profile_id,spend")]
    [InlineData("/measures/revenue/values", "value")]
    [InlineData("/measures/by_city/values", "city,value")]
    [InlineData("/trends/profiles", "day,total,known,unknown,reachable,unreachable,settings_changed")]
    [InlineData("/trends/monthly-active", "day,monthly_active,known,anonymous,final")]
    public async Task What_has_columns_of_its_own_has_the_same_rows_in_every_form(string path, string header)
    {
        var fields = path.Contains("/members", StringComparison.Ordinal) ? (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "fields=email,spend" : "";
        var csv = await site.TextAsync(path + fields, "csv", "text/csv");
        Assert.Equal(header, csv.Split("\r\n")[0]);
        var json = JsonNode.Parse(await site.TextAsync(path + fields, "json", "application/json"))!.AsArray().Select(row => row!).ToList();
        Assert.NotEmpty(json);
        Assert.Equal(json.Select(row => Cells(row)), CsvFile.Read(Encoding.UTF8.GetBytes(csv)).Select(row => Cells(row)));
        Assert.Equal(json.Select(row => row.ToJsonString()), (await site.TextAsync(path + fields, "jsonl", "application/x-ndjson")).Trim().Split('\n').Select(line => JsonNode.Parse(line)!.ToJsonString()));
    }

    [Fact]
    public async Task Members_and_values_as_a_file_are_those_of_the_pages()
    {
        var members = (await PagesAsync("/segments/buyers/members?sort=newest&fields=email,spend")).Select(row => $"{row["profileId"]} {row["fields"]!["email"]} {row["fields"]!["spend"]}");
        var rows = JsonNode.Parse(await site.TextAsync("/segments/buyers/members?sort=newest&fields=email,spend", "json", "application/json"))!.AsArray();
        Assert.Equal(members, rows.Select(row => $"{row!["profile_id"]} {row["email"]} {row["spend"]}"));
        var values = (await PagesAsync("/measures/spend/values")).Select(row => $"{row["profileId"]} {row["value"]}");
        Assert.Equal(values, JsonNode.Parse(await site.TextAsync("/measures/spend/values", "json", "application/json"))!.AsArray().Select(row => $"{row!["profile_id"]} {row["spend"]}"));
        Assert.Equal(await site.TextAsync("/segments/buyers/members", "csv", "text/csv"), await site.App.Http.GetStringAsync("/api/v1/segments/buyers/members.csv"));
    }

    [Fact]
    public async Task Fields_choose_columns_of_pages_and_of_tables()
    {
        Assert.Equal("attributes.city,displayName,measures.spend\r\nWien,Björn Ångström,7.00\r\n", await site.TextAsync("/profiles?filter=city%20%3D%20%22Wien%22&fields=attributes.city,displayName,measures.spend", "csv", "text/csv"));
        Assert.Equal("value,city\r\n150.30,Paris\r\n7.00,Wien\r\n", await site.TextAsync("/measures/by_city/values?fields=value,city", "csv", "text/csv"));
        Assert.Contains("Did you mean 'displayName'?", (await site.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?format=csv&fields=dislayName")).Faults(), StringComparison.Ordinal);
        Assert.StartsWith("limit:", (await site.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?format=csv&limit=5")).Faults(), StringComparison.Ordinal);
        Assert.StartsWith("format:", (await site.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/audit?format=xml")).Faults(), StringComparison.Ordinal);
        await site.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/history?format=csv");
        await site.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/activities?format=csv&type=ordr");
    }

    [Fact]
    public async Task A_header_asks_for_a_file_too_and_the_file_has_a_name()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/segments/buyers/history") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/csv") } } };
        using var response = await site.App.Http.SendAsync(request);
        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"buyers-history.csv\"", response.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_file_with_data_of_people_is_audited_before_it_leaves_and_a_refusal_is_not()
    {
        var (_, made) = await site.App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "taker", ["role"] = "viewer" });
        using var taker = site.App.ClientWith(made!.Text("key"));
        foreach (var path in new[] { "/profiles?format=csv", "/segments/buyers/members?format=jsonl", "/activities?format=json", "/segments/buyers/members.csv", "/jobs?format=csv" })
        {
            Assert.NotEmpty(await taker.GetStringAsync("/api/v1" + path));
        }

        await taker.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/members.csv");
        await taker.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?format=csv&fields=none");
        Assert.Equal(
            ["GET /api/v1/segments/{name}/members.csv", "GET /api/v1/activities", "GET /api/v1/segments/{name}/members", "GET /api/v1/profiles"],
            (await site.App.AllAsync("/audit/reads?principal=taker")).Select(row => row.Text("route").TrimEnd('/')));
    }

    [Fact]
    public void Every_list_with_pages_can_be_had_as_a_file()
    {
        var lists = site.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.OfType<System.Reflection.MethodInfo>().Any(method => method.GetParameters().Any(parameter => parameter.Name == "cursor"))).ToList();
        Assert.True(lists.Count > 40, $"{lists.Count} lists.");

        // A row of cards is rendered for a page, not a table.
        Assert.Equal(["/api/v1/cards/{name}/rows/{row}"], lists.Where(endpoint => endpoint.Metadata.GetMetadata<TableOffer>() is null).Select(endpoint => endpoint.RoutePattern.RawText));
        Assert.Contains(lists, endpoint => endpoint.Metadata.GetMetadata<TableOffer>() is not null && ReadAudit.Covers(endpoint));
    }

    private async Task<List<JsonNode>> PagesAsync(string path)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return [.. await site.App.AllAsync($"{path}{separator}limit=2")];
    }

    // A row's cells that are there and not empty, with times at their full length and text guarded, as CSV has them.
    private static string Cells(JsonNode row) => string.Join('|', row.AsObject().Where(pair => pair.Value is not null && Cell(pair.Value).Length > 0).Select(pair => $"{pair.Key}={Cell(pair.Value!)}"));

    private static string Cells(Dictionary<string, string> row) => string.Join('|', row.Where(pair => pair.Value.Length > 0).Select(pair => $"{pair.Key}={Plain(pair.Value)}"));

    private static string Cell(JsonNode value) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.String => Plain(TableText.Guard(value.GetValue<string>())),
        System.Text.Json.JsonValueKind.Object or System.Text.Json.JsonValueKind.Array => value.ToJsonString(TableText.Options),
        _ => value.ToJsonString(),
    };

    private static string Plain(string text) => text.Length > 19 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)
        ? time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
        : text;

    public sealed class Site : IAsyncLifetime
    {
        private RunningApp? _app;

        internal RunningApp App => _app!;

        internal string Ann { get; private set; } = "";

        public async Task InitializeAsync()
        {
            _app = await EventSite.OpenAsync(change: recipe =>
            {
                recipe["measures"]!["by_city"] = JsonNode.Parse("""{"business":true,"expression":"sum(order.amount) by city","filter":"city is present"}""");
                recipe["unification"]!["customer"]!["identity"] = new JsonObject();
            });
            App.WriteFile("orders.csv", Shop.Orders + "O5,C1,2026-01-05,many\n");
            await App.AcceptAsync("track", """{"userId":"u1","messageId":"v1","event":"Rated","properties":{"stars":"many"}}""");
            await App.AcceptAsync("track", """{"userId":"u1","messageId":"v2","event":"Watched","properties":{"seconds":"many"}}""");
            await App.FateAsync("v1");
            await App.FateAsync("v2");
            foreach (var user in new[] { "x1", "x2" })
            {
                await App.AcceptAsync("identify", $$$"""{"userId":"{{{user}}}","messageId":"{{{user}}}","traits":{"email":"family@example.com"}}""");
                await App.FateAsync(user);
            }

            // Behind it everything that follows events has come to rest.
            await App.SucceedAsync();
            for (var i = 0; (await App.AllAsync("/unification/demotions")).Count == 0; i++)
            {
                Assert.True(i < 500, "Nothing was demoted.");
                await Task.Delay(20);
            }

            Ann = (await App.ProfileOfAsync("C1")).Id();
            var (_, made) = await App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "reader", ["role"] = "viewer" });
            using var reader = App.ClientWith(made!.Text("key"));
            await reader.GetJsonAsync("/profiles");
            await reader.GetJsonAsync("/profiles/" + Ann);
            await App.SendAsync(HttpMethod.Put, "/identifiers/email/ann@example.com/consent", JsonNode.Parse("""{"status":true,"reason":"form"}"""));
            await App.SendAsync(HttpMethod.Put, "/lists/news", JsonNode.Parse("""{"displayName":"=News"}"""));
            await App.SendAsync(HttpMethod.Post, "/unification/verdicts", JsonNode.Parse("""{"left":{"stream":"crm.contacts","key":"C1"},"right":{"stream":"crm.contacts","key":"C4"},"verdict":"different","note":"=no"}"""));
            var (_, run) = await App.SendAsync(HttpMethod.Post, "/trends/runs", new JsonObject());
            await App.EndOfAsync(run!.Text("jobId"));
        }

        public async Task DisposeAsync() => await App.DisposeAsync();

        internal async Task<string> TextAsync(string path, string format, string media)
        {
            using var response = await App.Http.GetAsync(new Uri($"/api/v1{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}format={format}", UriKind.Relative));
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, text);
            Assert.Equal(media, response.Content.Headers.ContentType!.MediaType);
            return text;
        }
    }
}
