using System.Globalization;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>
/// Predictions on Microsoft's lab data by recipe: one refresh goes from the files to predictions on profiles and cards, to the segment that they drive and to the file of its members.
/// What of a prediction follows from the files alone is compared with them.
/// </summary>
public sealed class ContosoPredictionTests
{
    // The default of the setting.
    private const int ChurnedAfter = 180;

    private const int Horizon = 60;
    private const string Bought = "exists(online_purchase) or exists(store_purchase)";

    // The last day of the online shop's data; the till's go on.
    private static readonly DateOnly s_asOf = new(2019, 3, 6);

    [ContosoFact]
    public async Task One_refresh_goes_from_the_files_to_predictions_on_profiles_and_to_the_list_of_those_about_to_leave()
    {
        await using var app = await RunningApp.StartAsync();
        foreach (var file in Directory.EnumerateFiles(ContosoFiles.Folder!, "*.txt"))
        {
            File.Copy(file, Path.Combine(app.Directory, "files", Path.GetFileName(file)));
        }

        await app.ApplyAsync(Recipe());
        var refresh = await app.SucceedAsync();
        Assert.DoesNotContain("failed", refresh["result"]!["warnings"]?.ToJsonString() ?? "", StringComparison.Ordinal);

        var silence = Silence();
        var profiles = (await app.AllAsync("/profiles?limit=1000")).ToDictionary(Key, profile => profile, StringComparer.Ordinal);
        var leaving = new List<JsonNode>();
        foreach (var (key, profile) in profiles)
        {
            var said = profile["enrichments"]?.AsObject();
            if (!silence.TryGetValue(key, out var days))
            {
                Assert.Null(said?["churn.days_silent"]);
                Assert.Null(said?["lifetime_value.value"]);
                continue;
            }

            Assert.Equal((days, days, days >= ChurnedAfter), (said!["churn.days_silent"]!.GetValue<int>(), said["rfm.recency_days"]!.GetValue<int>(), said["churn.already_churned"]!.GetValue<bool>()));
            Assert.Equal(days >= ChurnedAfter, said["churn.probability"] is null);
            var (low, value, high) = (Figure(said, "lifetime_value.value_low"), Figure(said, "lifetime_value.value"), Figure(said, "lifetime_value.value_high"));
            Assert.True(low >= 0 && value >= 0 && high >= low && double.IsFinite(high), profile.ToJsonString());
            Assert.InRange(Figure(said, "next_order.within_7_days"), 0, Figure(said, "next_order.within_90_days"));
            if (said["churn.probability"] is not null)
            {
                Assert.InRange(Figure(said, "churn.probability"), 0, 1);
                Assert.Equal(Figure(said, "churn.probability") >= 0.5, said["churn.is_churn"]!.GetValue<bool>());
                if (said["churn.is_churn"]!.GetValue<bool>() && said["lifetime_value.is_high_value"]!.GetValue<bool>())
                {
                    leaving.Add(profile);
                }
            }
        }

        // The rule over predictions, the members, and the file say the same.
        Assert.NotEmpty(leaving);
        Assert.True(leaving.Count < silence.Count / 2, $"{leaving.Count} of {silence.Count} are about to leave.");
        Assert.Equal(
            leaving.Select(profile => profile.Text("id")).Order(StringComparer.Ordinal),
            (await app.AllAsync("/segments/about-to-leave/members?limit=1000")).Select(member => member.Text("profileId")).Order(StringComparer.Ordinal));
        var rows = CsvFile.Read(Path.Combine(app.Directory, "exports", "about-to-leave.csv"));
        Assert.Equal(
            leaving.Select(profile => Row(profile.Text("id"), Figure(profile["enrichments"]!, "churn.probability"), Figure(profile["enrichments"]!, "lifetime_value.value"))).Order(StringComparer.Ordinal),
            rows.Select(row => Row(row["id"], double.Parse(row["probability"], CultureInfo.InvariantCulture), double.Parse(row["value"], CultureInfo.InvariantCulture))).Order(StringComparer.Ordinal));

        await TheCardShowsItAsync(app, leaving[0]);
        await EachRunReportsWhatItIsWorthAsync(app, silence.Count);
        await TheScoreIsMeasuredOnWhatTheFilesTellAsync(app, profiles, silence.Count);

        // Nothing has changed: the predictions are the same, and nobody enters or leaves.
        var again = await app.SucceedAsync();
        Assert.Equal(0, again["result"]!["changed"]!.GetValue<long>());

        static string Row(string id, double probability, double value) => string.Create(CultureInfo.InvariantCulture, $"{id} {probability:G9} {value:G9}");
    }

    private static async Task TheCardShowsItAsync(RunningApp app, JsonNode profile)
    {
        var card = await app.GetAsync($"/profiles/{profile.Text("id")}/card?card=outlook");
        var fields = card["values"]!["fields"]!.AsArray().ToDictionary(field => field!.Text("name"), field => field!.Text("text"), StringComparer.Ordinal);
        Assert.Equal(profile["enrichments"]!.Text("next_order.likelihood"), fields["likelihood"]);
        Assert.NotEmpty(fields["churn"]);
        Assert.Contains(fields["value"], card.Text("html"), StringComparison.Ordinal);
    }

    private static async Task EachRunReportsWhatItIsWorthAsync(RunningApp app, int customers)
    {
        foreach (var (name, figure) in new[] { ("worth", "Grade"), ("churn", "Grade"), ("next", "Concordance"), ("rfm", "Customers") })
        {
            var status = await app.GetAsync($"/enrichments/{name}/status");
            var run = await app.GetAsync($"/enrichments/{name}/runs/{status["visible"]!.Text("jobId")}");
            Assert.Equal(customers, run["counts"]!["enriched"]!.GetValue<int>());
            Assert.NotNull(run["report"]!["metrics"]!.AsArray().Single(metric => metric!.Text("name") == figure)!["value"]);
            foreach (var suggested in run["report"]!["tables"]!.AsArray().Single(table => table!.Text("title") == "Suggested segments")!["rows"]!.AsArray())
            {
                var (status2, preview) = await app.SendAsync(HttpMethod.Post, "/segments/preview", new JsonObject { ["rule"] = suggested![1]!.GetValue<string>() });
                Assert.True(status2 == System.Net.HttpStatusCode.OK, $"{suggested}: {preview}");
            }
        }
    }

    // Who was there at the snapshot, and to whom it happened after it, is what the host answered as of earlier moments.
    private static async Task TheScoreIsMeasuredOnWhatTheFilesTellAsync(RunningApp app, Dictionary<string, JsonNode> profiles, int customers)
    {
        var snapshot = s_asOf.AddDays(-Horizon);
        var known = new ContosoFiles(ContosoFiles.Folder!).People
            .Select(person => person.Facts.Where(fact => fact.Type != "review" && fact.On <= s_asOf).Select(fact => fact.On).ToList())
            .Where(bought => bought.Exists(day => day <= snapshot))
            .ToList();
        var status = await app.GetAsync("/enrichments/again/status");
        var run = await app.GetAsync($"/enrichments/again/runs/{status["visible"]!.Text("jobId")}");
        Assert.Equal(customers, run["counts"]!["enriched"]!.GetValue<int>());
        var metrics = run["report"]!["metrics"]!.AsArray().ToDictionary(metric => metric!.Text("name"), metric => metric!["value"]!, StringComparer.Ordinal);
        Assert.Equal(known.Count, metrics["Profiles in the holdout"].GetValue<int>());
        Assert.Equal((double)known.Count(bought => bought.Exists(day => day > snapshot)) / known.Count, metrics["Share to whom it happened"].GetValue<double>(), 1e-9);

        var scored = profiles.Values.Where(profile => profile["enrichments"]?["scoring.probability"] is not null).Select(profile => profile["enrichments"]!.AsObject()).ToList();
        Assert.Equal(customers, scored.Count);
        Assert.All(scored, said => Assert.InRange(Figure(said, "scoring.probability"), 0, 1));
        Assert.All(scored, said => Assert.Contains(": ", said.Text("scoring.factor_1"), StringComparison.Ordinal));
        Assert.Contains(scored, said => said.Text("scoring.band") == "very_high");
    }

    // Days from the last purchase up to the day that counts as now, for everybody with one.
    private static Dictionary<string, int> Silence() => new ContosoFiles(ContosoFiles.Folder!).People
        .Select(person => (person.Key, Days: person.Facts.Where(fact => fact.Type != "review" && fact.On <= s_asOf).Select(fact => s_asOf.DayNumber - fact.On.DayNumber).DefaultIfEmpty(-1).Min()))
        .Where(person => person.Days >= 0)
        .ToDictionary(person => person.Key, person => person.Days, StringComparer.Ordinal);

    private static string Key(JsonNode profile) => (profile["attributes"]!["contact_id"] ?? profile["attributes"]!["loyalty_id"])!.GetValue<string>();

    private static double Figure(JsonNode said, string name) => said[name]!.GetValue<double>();

    private static string Recipe()
    {
        var recipe = JsonNode.Parse(ContosoFixture.Recipe)!.AsObject();
        recipe["enrichments"] = new JsonObject
        {
            ["worth"] = Enrichment("lifetime-value", amounts: true),
            ["churn"] = Enrichment("churn", amounts: false),
            ["next"] = Enrichment("next-order", amounts: false),
            ["rfm"] = Enrichment("rfm", amounts: true),
            ["again"] = new JsonObject
            {
                ["plugin"] = "customer-insights.scoring",
                ["settings"] = new JsonObject
                {
                    ["outcome"] = Bought,
                    ["scope"] = Bought,
                    ["horizonDays"] = Horizon,
                    ["activities"] = new JsonArray(new JsonObject { ["activity"] = "online_purchase", ["amount"] = "amount" }, new JsonObject { ["activity"] = "store_purchase", ["amount"] = "amount" }),
                    ["asOf"] = s_asOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                },
            },
        };
        recipe["segments"]!["about-to-leave"] = new JsonObject { ["rule"] = "lifetime_value.is_high_value and churn.is_churn" };
        recipe["cards"] = new JsonObject
        {
            ["outlook"] = new JsonObject
            {
                ["fields"] = new JsonArray(
                    new JsonObject { ["name"] = "value", ["expression"] = "lifetime_value.value", ["format"] = "money" },
                    new JsonObject { ["name"] = "churn", ["expression"] = "churn.probability" },
                    new JsonObject { ["name"] = "likelihood", ["expression"] = "next_order.likelihood" }),
            },
        };
        recipe["exports"]!["about-to-leave"] = new JsonObject
        {
            ["plugin"] = "customer-insights.csv-export",
            ["settings"] = new JsonObject { ["fileName"] = "about-to-leave" },
            ["segment"] = "about-to-leave",
            ["fields"] = new JsonArray(
                new JsonObject { ["name"] = "id", ["expression"] = "profile_id" },
                new JsonObject { ["name"] = "probability", ["expression"] = "churn.probability" },
                new JsonObject { ["name"] = "value", ["expression"] = "lifetime_value.value" }),
        };
        return recipe.ToJsonString();
    }

    private static JsonObject Enrichment(string plugin, bool amounts) => new()
    {
        ["plugin"] = "customer-insights." + plugin,
        ["settings"] = new JsonObject
        {
            ["orders"] = new JsonArray([.. new[] { "online_purchase", "store_purchase" }.Select(type => (JsonNode)(amounts
                ? new JsonObject { ["activity"] = type, ["amount"] = "amount" }
                : new JsonObject { ["activity"] = type }))]),
            ["asOf"] = s_asOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        },
    };
}
