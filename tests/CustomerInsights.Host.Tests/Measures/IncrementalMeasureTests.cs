using System.Globalization;
using System.Text;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Measures;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Measures;

/// <summary>Measures are computed only when they may have changed, and then come to what they come to from scratch.</summary>
public sealed class IncrementalMeasureTests
{
    private static readonly string[] s_measures = ["spend", "orders", "twice", "rank", "fixed", "hours", "revenue", "by_city", "people", "bought"];

    [Fact]
    public async Task Nothing_is_computed_when_nothing_has_changed_and_the_result_says_why()
    {
        await using var app = await Shop.OpenAsync();
        await PrepareAsync(app);
        await app.SucceedAsync();
        await app.SucceedAsync();
        var (computed, why) = await LastRunAsync(app);
        Assert.DoesNotContain("spend", computed);
        Assert.DoesNotContain("by_city", computed);
        Assert.Equal("Nothing that it reads has changed.", why["spend"]);
        Assert.Equal("Its answer depends on the time.", why["hours"]);
        Assert.Equal("It ranks everyone.", why["rank"]);

        await app.PutMeasureAsync("spend", """{"expression":"sum(order.amount) + 1"}""", "*");
        await app.SucceedAsync();
        (computed, why) = await LastRunAsync(app);
        Assert.Equal("It is new or was changed.", why["spend"]);
        Assert.Equal("It reads 'spend', which is computed.", why["twice"]);
        Assert.DoesNotContain("fixed", computed);
        Assert.Equal("302.60", (await app.ProfileOfAsync("C1"))["measures"]!.Text("twice"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_any_changes_the_values_are_those_from_scratch(int seed)
    {
        await using var app = await Shop.OpenAsync();
        await PrepareAsync(app);
        var random = new Random(seed);
        var (orders, contacts) = (Shop.Orders, Shop.Contacts);
        for (var step = 0; step < 5; step++)
        {
            switch (random.Next(5))
            {
                case 0:
                    orders += string.Create(CultureInfo.InvariantCulture, $"N{step},C{random.Next(1, 5)},2026-02-0{random.Next(1, 9)},{random.Next(1, 90)}.5{random.Next(9)}\n");
                    app.WriteFile("orders.csv", orders);
                    break;
                case 1:
                    contacts = contacts.Replace("Paris", "Oslo", StringComparison.Ordinal).Replace("Wien", "Paris", StringComparison.Ordinal);
                    app.WriteFile("contacts.csv", contacts);
                    break;
                case 2:
                    // Zoe becomes Björn: a merge moves activities between profiles.
                    contacts = contacts.Replace("bjorn@example.com", "zoe@example.com", StringComparison.Ordinal);
                    app.WriteFile("contacts.csv", contacts);
                    break;
                case 3:
                    await app.PutMeasureAsync("spend", $$"""{"expression":"sum(order.amount) + {{step}}"}""", "*");
                    break;
                default:
                    await app.PutMeasureAsync($"gone{step}", """{"expression":"count(order)"}""");
                    await app.SucceedAsync();
                    await app.SendAsync(HttpMethod.Delete, $"/measures/gone{step}");
                    break;
            }

            await app.SucceedAsync();
            await app.SucceedAsync();
            var kept = await ShownAsync(app);
            await ForgetAsync(app);
            await app.SucceedAsync();
            Assert.Equal(await ShownAsync(app), kept);
        }
    }

    private static async Task PrepareAsync(RunningApp app)
    {
        await app.PutMeasureAsync("twice", """{"expression":"spend * 2"}""");
        await app.PutMeasureAsync("rank", """{"expression":"percentile_rank(twice)"}""");
        await app.PutMeasureAsync("fixed", """{"expression":"length(city)"}""");
        await app.PutMeasureAsync("hours", """{"expression":"days_since(last(order.at)) > 10"}""");
        await app.PutMeasureAsync("by_city", """{"business":true,"expression":"sum(order.amount) by city","total":true}""");
        await app.PutMeasureAsync("people", """{"business":true,"expression":"sum(twice)","filter":"fixed > 4"}""");
        await app.PutMeasureAsync("bought", """{"expression":"exists(order where amount > 20)"}""");
    }

    // As if the measures had never been computed.
    private static async Task ForgetAsync(RunningApp app)
    {
        var store = app.Services.GetRequiredService<IMeasureStore>();
        await store.PutFingerprintsAsync([.. (await store.FingerprintsAsync(default)).Keys.Select(name => KeyValuePair.Create(name, (string?)null))], default);
    }

    private static async Task<string> ShownAsync(RunningApp app)
    {
        var text = new StringBuilder();
        foreach (var name in s_measures)
        {
            text.Append(name).Append(": ").AppendLine((await app.Http.GetStringAsync($"/api/v1/measures/{name}/values.csv")).ReplaceLineEndings(" "));
        }

        return text.ToString();
    }

    private static async Task<(List<string> Computed, Dictionary<string, string> Why)> LastRunAsync(RunningApp app)
    {
        var job = (await app.GetAsync("/jobs?kind=measures&limit=1"))["items"]![0]!;
        var full = await app.GetAsync($"/jobs/{job.Text("id")}");
        var report = full["result"]!["report"]!.AsArray();
        return ([.. MeasureRestTests.Computed(full)], report.ToDictionary(one => one!.Text("measure"), one => one!.Text("why")));
    }
}
