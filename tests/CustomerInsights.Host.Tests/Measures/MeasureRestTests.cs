using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Segments;

namespace CustomerInsights.Host.Tests.Measures;

/// <summary>Measures over HTTP: templates, what stands beside the expression, values, files, history, distributions, uses and runs.</summary>
public sealed class MeasureRestTests
{
    [Fact]
    public async Task Every_template_gives_a_definition_that_can_be_saved_and_computed()
    {
        await using var app = await Shop.OpenAsync();
        var templates = (await app.GetAsync("/measures/templates"))["items"]!.AsArray();
        Assert.Equal(15, templates.Count);
        foreach (var template in templates.Select(template => template!).Where(template => !template.Text("name").StartsWith("loyalty", StringComparison.Ordinal)))
        {
            var name = template.Text("name");
            Assert.Equal("order", template["suggestions"]![0]!.Text("activity"));
            var filled = await app.PostAsync($"/measures/templates/{name}", """{"period":"10y"}""");
            Assert.Equal(name, filled.Text("name"));
            await app.PutMeasureAsync($"{name}_period", filled["definition"]!.ToJsonString());
            var all = await app.PostAsync($"/measures/templates/{name}", "{}");
            await app.PutMeasureAsync(name, all["definition"]!.ToJsonString());
            Assert.Equal($"{name}_2", (await app.PostAsync($"/measures/templates/{name}", "{}")).Text("name"));
        }

        await app.SucceedAsync();
        var ann = (await app.ProfileOfAsync("C1"))["measures"]!;
        Assert.Equal("150.3", ann["total_transaction_value"]!.GetValue<string>().TrimEnd('0'));
        Assert.Equal("75.15", ann["average_transaction_value"]!.GetValue<string>().TrimEnd('0'));
        Assert.Equal("75.15", ann["average_daily_revenue"]!.GetValue<string>().TrimEnd('0'));
        Assert.Equal(2, ann["transaction_count_period"]!.GetValue<int>());
        Assert.Equal(1, ann["active_customer_lifespan"]!.GetValue<int>());
        Assert.True(ann["is_active_customer"]!.GetValue<bool>());
        Assert.Equal("""["2026-01-01T00:00:00Z"]""", (await app.GetAsync("/measures/revenue_by_month/values"))["rows"]![0]!["dimensions"]!.ToJsonString());
    }

    [Theory]
    [InlineData("total_transaction_value", """{"activity":"ordr"}""", "/activity: There is no activity type 'ordr'. Did you mean 'order'?")]
    [InlineData("total_transaction_value", """{"field":"amont"}""", "/field: 'order' has no number 'amont'. Did you mean 'amount'?")]
    [InlineData("transaction_count", """{"field":"amount"}""", "/field: The template 'transaction_count' needs no field")]
    [InlineData("transaction_count", """{"period":"1d) or (true"}""", "/period: The period is not a duration")]
    [InlineData("transaction_count", """{"timeZone":"Europe/Berlin"}""", "/timeZone: Only templates of business measures")]
    [InlineData("revenue_by_month", """{"timeZone":"Nowhere"}""", "/timeZone: 'Nowhere' is not a time zone")]
    [InlineData("revenue_by_month", """{"profileType":"person"}""", "/profileType: There is no profile type 'person'.")]
    [InlineData("loyalty_points_balance", "{}", "/activity: No activity type fits by itself")]
    public async Task What_a_template_cannot_be_filled_with_is_refused(string template, string body, string fault)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"/measures/templates/{template}", body);
        Assert.StartsWith(fault, problem.Faults(), StringComparison.Ordinal);
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/measures/templates/none", "{}");
    }

    [Theory]
    [InlineData("""{"expression":"count(order)","filter":"true"}""", "/filter: 'filter' has a meaning for business measures alone")]
    [InlineData("""{"expression":"count(order)","bucket":"day"}""", "/bucket: 'bucket' has a meaning")]
    [InlineData("""{"expression":"count(order)","active":false}""", "/active: 'active' has a meaning")]
    [InlineData("""{"business":true,"expression":"count(order)","filter":"citty = \"Paris\""}""", "/filter: RUL012")]
    [InlineData("""{"business":true,"expression":"count(profile)","bucket":"day"}""", "/bucket: RUL029")]
    [InlineData("""{"business":true,"expression":"count(order)","timeZone":"x"}""", "/timeZone: 'x' is not a time zone")]
    public async Task What_is_wrong_with_a_definition_is_said_with_its_place(string document, string fault)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        Assert.Contains(fault, (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/measures/m", document)).Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_business_measure_has_a_filter_a_bucket_in_a_zone_a_total_pages_a_file_and_a_history()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutMeasureAsync("daily", """{"business":true,"expression":"sum(order.amount) by city","filter":"city is present","bucket":"day","timeZone":"America/New_York","total":true}""");
        await app.SucceedAsync();
        var all = await app.GetAsync("/measures/daily/values");
        Assert.Equal(
            ["""["Paris","2025-12-31T05:00:00Z"]""", """["Paris","2026-01-01T05:00:00Z"]""", """["Wien","2026-01-02T05:00:00Z"]"""],
            all["rows"]!.AsArray().Select(row => row!["dimensions"]!.ToJsonString()));
        Assert.Equal("157.30", all.Text("total"));
        var first = await app.GetAsync("/measures/daily/values?limit=2");
        var second = await app.GetAsync($"/measures/daily/values?limit=2&cursor={first.Text("next")}");
        Assert.Equal((2, 1), (first["rows"]!.AsArray().Count, second["rows"]!.AsArray().Count));
        Assert.Null(second["next"]);
        Assert.Equal(
            "city,\"truncate(order.at, \"\"day\"\")\",value\r\nParis,2025-12-31T05:00:00Z,100.10\r\nParis,2026-01-01T05:00:00Z,50.20\r\nWien,2026-01-02T05:00:00Z,7.00\r\n",
            await app.Http.GetStringAsync("/api/v1/measures/daily/values.csv"));

        app.WriteFile("orders.csv", Shop.Orders + "O5,C2,2026-01-03,1.00\n");
        await app.SucceedAsync();
        var history = (await app.GetAsync("/measures/daily/history"))["items"]!.AsArray();
        Assert.Equal(["158.30", "157.30"], history.Select(one => one!.Text("total")));
        await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Get, $"/measures/daily/values?cursor={first.Text("next")}");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/measures/daily/values?cursor=x");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/measures/spend/history");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/measures/daily/distribution");
    }

    [Fact]
    public async Task A_measure_per_profile_has_values_a_file_and_distributions()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutMeasureAsync("greeting", """{"expression":"if(city = \"Paris\", concat(\"=1+\", city), city)"}""");
        await app.SucceedAsync();
        var values = new List<string>();
        string? cursor = null;
        do
        {
            var page = await app.GetAsync("/measures/greeting/values?limit=2" + (cursor is null ? "" : "&cursor=" + cursor));
            values.AddRange(page["items"]!.AsArray().Select(item => item!.Text("value")));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        Assert.Equal(["=1+Paris", "=1+Paris", "Ankara", "Wien"], values.Order(StringComparer.Ordinal));
        var file = (await app.Http.GetStringAsync("/api/v1/measures/greeting/values.csv")).Split("\r\n");
        Assert.Equal("profile_id,greeting", file[0]);
        Assert.Equal(2, file.Count(line => line.EndsWith(",'=1+Paris", StringComparison.Ordinal)));

        var spend = (await app.GetAsync("/measures/spend/distribution"))["items"]![0]!["distribution"]!;
        Assert.Equal((5, 0, 3), (spend["count"]!.GetValue<int>(), spend["missing"]!.GetValue<int>(), spend["distinct"]!.GetValue<int>()));
        Assert.Equal("150.30", spend.Text("max"));
        Assert.Equal(31.46, spend["mean"]!.GetValue<double>(), 6);
        Assert.Equal(3, spend["top"]![0]!["count"]!.GetValue<int>());
        Assert.Equal("0", spend["quantiles"]!.Text("0.5"));
    }

    [Fact]
    public async Task Uses_runs_paths_and_what_is_not_there()
    {
        await using var app = await Shop.OpenAsync();
        var uses = await app.GetAsync("/measures/orders/uses");
        Assert.Equal("""{"measures":[],"segments":["buyers"],"exports":["buyers"]}""", uses.ToJsonString());
        Assert.Equal("[]", (await app.GetAsync("/measures/paths"))["items"]!.ToJsonString());
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/measures/paths?profileType=none");
        foreach (var part in new[] { "/values", "/values.csv", "/history", "/distribution", "/uses" })
        {
            await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/measures/none" + part);
        }

        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/measures/none/run");
        await app.PutMeasureAsync("double_spend", """{"expression":"spend * 2"}""");
        var job = await app.RunMeasureAsync("spend");
        Assert.Equal(["double_spend", "spend"], Computed(job).Order(StringComparer.Ordinal));
        Assert.Equal("300.60", (await app.ProfileOfAsync("C1"))["measures"]!.Text("double_spend"));
        Assert.Equal(2, (await app.ProfileOfAsync("C1"))["measures"]!["orders"]!.GetValue<int>());

        await app.PutMeasureAsync("revenue", """{"business":true,"expression":"count(order)","active":false}""", "*");
        var refused = await app.RunMeasureAsync("revenue", "failed");
        Assert.Contains("not active", refused.ToJsonString(), StringComparison.Ordinal);
        await app.SucceedAsync();
        Assert.Equal("157.30", (await app.GetAsync("/measures/revenue/values"))["rows"]![0]!.Text("value"));
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/measures/revenue")).Status);
        await app.PutMeasureAsync("revenue", """{"business":true,"expression":"sum(order.amount)"}""");
        Assert.Empty((await app.GetAsync("/measures/revenue/values"))["rows"]!.AsArray());
        Assert.Empty((await app.GetAsync("/measures/revenue/history"))["items"]!.AsArray());
    }

    internal static IEnumerable<string> Computed(JsonNode job) =>
        job["result"]!["report"]!.AsArray().Where(one => one!["computed"]!.GetValue<bool>()).Select(one => one!.Text("measure"));
}

/// <summary>What tests ask of measures.</summary>
internal static class MeasureCalls
{
    public static async Task PutMeasureAsync(this RunningApp app, string name, string document, string? ifMatch = null)
    {
        var (status, body) = await app.SendTextAsync(HttpMethod.Put, $"/measures/{name}", document, ifMatch);
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, body?.ToJsonString());
    }

    public static async Task<JsonNode> RunMeasureAsync(this RunningApp app, string name, string state = "succeeded")
    {
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, $"/measures/{name}/run");
        Assert.True(status == HttpStatusCode.Accepted, accepted?.ToJsonString());
        var job = await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.True(job.Text("state") == state, job.ToJsonString());
        return job;
    }
}
