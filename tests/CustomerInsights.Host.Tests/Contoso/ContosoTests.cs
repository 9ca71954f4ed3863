using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>The acceptance on Microsoft's lab data: every figure is compared with one computed from the files by other means.</summary>
public sealed class ContosoTests(ContosoFixture contoso) : IClassFixture<ContosoFixture>
{
    [ContosoFact]
    public void All_records_are_read_and_none_is_rejected()
    {
        Assert.Equal(22, contoso.Applied["created"]!.GetValue<int>());
        var summary = contoso.FirstRefresh["result"]!["summary"]!.GetValue<string>();
        Assert.Contains("ecommerce: 37,389 read, 37,389 new, 0 changed, 0 unchanged, 0 deleted, 0 rejected.", summary, StringComparison.Ordinal);
        Assert.Contains("loyalty: 25,026 read, 25,026 new, 0 changed, 0 unchanged, 0 deleted, 0 rejected.", summary, StringComparison.Ordinal);
        Assert.Contains("customer: 5,002 profiles from 10,002 records; 5,002 new, 0 changed, 0 merged away, 0 removed.", summary, StringComparison.Ordinal);
    }

    [ContosoFact]
    public void The_true_pairs_of_contact_and_member_are_found_and_no_false_one()
    {
        var truth = contoso.Files.People.Where(person => person is { Contact: not null, Loyalty: not null })
            .Select(person => (person.Contact!["ContactId"], person.Loyalty!["LoyaltyId"])).ToHashSet();
        Assert.Equal(5000, truth.Count);
        var found = new HashSet<(string, string)>();
        foreach (var profile in contoso.Profiles.Values)
        {
            var byStream = profile["records"]!.AsArray().ToLookup(record => record!["stream"]!.GetValue<string>(), record => record!["key"]!.GetValue<string>());
            Assert.True(byStream["ecommerce.contacts"].Count() <= 1 && byStream["loyalty.customers"].Count() <= 1, profile.ToJsonString());
            found.UnionWith(byStream["ecommerce.contacts"].SelectMany(contact => byStream["loyalty.customers"].Select(member => (contact, member))));
        }

        var hits = found.Count(truth.Contains);
        Assert.True((double)hits / truth.Count >= 0.999, $"Recall {(double)hits / truth.Count:F4}: {truth.Count - hits} of {truth.Count} pairs are missing.");
        Assert.Equal(found.Count, hits);
        Assert.Equal(contoso.Files.People.Sum(person => (person.Contact is null ? 0 : 1) + (person.Loyalty is null ? 0 : 1)), contoso.ProfileOf.Count);
    }

    [ContosoFact]
    public void Every_purchase_and_review_of_a_known_customer_is_on_the_right_profile()
    {
        var compared = 0;
        foreach (var person in contoso.Files.People)
        {
            var expected = person.Facts.Select(fact => $"{fact.Type} {fact.Key} {fact.On:yyyy-MM-dd} {fact.What} {fact.Amount}").Order(StringComparer.Ordinal).ToList();
            var found = contoso.Activities[ProfileOf(person)].Select(Text).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(expected, found);
            compared += expected.Count;
        }

        Assert.Equal(contoso.Files.AllFacts.Count(), compared);
        Assert.Equal(compared, contoso.Activities.Values.Sum(activities => activities.Count));

        static string Text(JsonNode activity)
        {
            var fields = activity["fields"]!;
            var amount = activity["type"]!.GetValue<string>() == "review"
                ? fields["rating"]!.GetValue<long>()
                : decimal.Parse(fields["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture);
            return $"{activity["type"]} {activity["key"]} {activity["at"]!.GetValue<DateTimeOffset>().UtcDateTime:yyyy-MM-dd} {fields["product"] ?? fields["text"]} {amount}";
        }
    }

    [ContosoFact]
    public async Task The_page_of_ten_named_customers_shows_the_figures_of_the_files()
    {
        // Ten who are in both files and did most, by name: there is much that could be wrong with them.
        var ten = contoso.Files.People.Where(person => person is { Contact: not null, Loyalty: not null } && person.Facts.Exists(fact => fact.Type == "online_purchase") && person.Facts.Exists(fact => fact.Type == "store_purchase"))
            .OrderByDescending(person => person.Facts.Count).ThenBy(person => person.Contact!["FullName"], StringComparer.Ordinal).Take(10).ToList();
        Assert.Equal(10, ten.Count);
        foreach (var person in ten)
        {
            var id = ProfileOf(person);
            var orders = person.Facts.Where(fact => fact.Type != "review").ToList();
            var sum = Assert.Single((await contoso.App.GetAsync($"/profiles/{id}/orders"))["currencies"]!.AsArray())!;
            Assert.Equal((person.Spend, (long)orders.Count), (Decimal(sum["lifetimeValue"]), sum["orders"]!.GetValue<long>()));
            Assert.Equal(decimal.Round(person.Spend / orders.Count, 2), Decimal(sum["averageValue"]));
            Assert.Equal((orders.Min(fact => fact.On), orders.Max(fact => fact.On)), (Day(sum["first"]), Day(sum["last"])));

            var days = (await contoso.App.GetAsync($"/profiles/{id}/activities/days"))["days"]!.AsArray();
            Assert.Equal(
                person.Facts.GroupBy(fact => (fact.On, fact.Type)).OrderByDescending(group => group.Key.On).ThenBy(group => group.Key.Type, StringComparer.Ordinal).Select(group => $"{group.Key.On:yyyy-MM-dd} {group.Key.Type} {group.Count()}"),
                days.SelectMany(day => day!["types"]!.AsObject().OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => $"{day["date"]!.GetValue<string>()} {type.Key} {type.Value}")));

            var attributes = (await contoso.App.GetAsync($"/profiles/{id}/attributes?view=known"))["items"]!.AsArray().ToDictionary(item => item!.Text("name"), item => item!);
            Assert.Equal(person.Contact!["EMail"].ToLowerInvariant(), attributes["email"].Text("value"));
            Assert.Equal(person.Loyalty!["LoyaltyId"], attributes["loyalty_id"].Text("value"));
            Assert.Equal(("loyalty.customers", person.Loyalty["LoyaltyId"]), (attributes["loyalty_id"]["from"]!.Text("stream"), attributes["loyalty_id"]["from"]!.Text("key")));
            Assert.Equal(person.Contact["City"], attributes["city"].Text("value"));
            Assert.Contains(attributes["first_name"]["others"]!.AsArray(), other => other!.Text("value") == person.Loyalty["FirstName"] && other!["from"]!.Text("stream") == "loyalty.customers");
        }

        static DateOnly Day(JsonNode? time) => DateOnly.FromDateTime(time!.GetValue<DateTimeOffset>().UtcDateTime);
    }

    [ContosoFact]
    public void A_timeline_is_in_order_newest_first()
    {
        foreach (var activities in contoso.Activities.Values)
        {
            var times = activities.Select(activity => activity["at"]!.GetValue<DateTimeOffset>()).ToList();
            Assert.Equal(times.OrderDescending(), times);
        }
    }

    [ContosoFact]
    public void Sums_per_profile_agree_to_the_cent()
    {
        foreach (var person in contoso.Files.People)
        {
            var measures = contoso.Profiles[ProfileOf(person)]["measures"]!;
            Assert.Equal(person.Sum("online_purchase"), Decimal(measures["online_spend"]));
            Assert.Equal(person.Sum("store_purchase"), Decimal(measures["store_spend"]));
            Assert.Equal(person.Spend, Decimal(measures["lifetime_spend"]));
            var ratings = person.Facts.Where(fact => fact.Type == "review").Select(fact => fact.Amount).ToList();
            Assert.Equal(ratings.Count, measures["review_count"]!.GetValue<long>());
            if (ratings.Count == 0)
            {
                Assert.Null(measures["average_rating"]);
            }
            else
            {
                Assert.InRange(Decimal(measures["average_rating"]) - ratings.Average(), -0.0000001m, 0.0000001m);
            }
        }
    }

    [ContosoFact]
    public async Task The_revenue_by_month_of_linked_purchases_agrees()
    {
        var expected = contoso.Files.AllFacts.Where(fact => fact.Type == "online_purchase")
            .GroupBy(fact => (fact.On.Year, fact.On.Month))
            .OrderBy(month => month.Key)
            .Select(month => $"{month.Key.Year}-{month.Key.Month}: {month.Sum(fact => fact.Amount)}");
        var rows = (await contoso.App.GetAsync("/measures/online_revenue_by_month/values"))["rows"]!.AsArray();
        Assert.Equal(expected, rows.Select(row => $"{row!["dimensions"]![0]}-{row["dimensions"]![1]}: {Decimal(row["value"])}"));
    }

    [ContosoFact]
    public async Task Members_of_the_segments_are_those_computed_from_the_files()
    {
        await CompareAsync("big-spenders", person => person.Spend > 5000);
        await CompareAsync("unhappy-buyers", person => person.IsUnhappyBuyer);
        await CompareAsync("unhappy-big-spenders", person => person.Spend > 5000 && person.IsUnhappyBuyer);

        async Task CompareAsync(string segment, Func<ContosoFiles.Person, bool> holds)
        {
            var expected = contoso.Files.People.Where(holds).Select(ProfileOf).Order(StringComparer.Ordinal).ToList();
            Assert.NotEmpty(expected);
            var page = await contoso.App.GetAsync($"/segments/{segment}/members");
            Assert.Equal(expected.Count, page["count"]!.GetValue<int>());
            var members = (await contoso.App.AllAsync($"/segments/{segment}/members?limit=100")).Select(member => member["profileId"]!.GetValue<string>());
            Assert.Equal(expected, members.Order(StringComparer.Ordinal));
            Assert.Equal(
                expected,
                contoso.Profiles.Where(profile => profile.Value["segments"]![segment] is not null).Select(profile => profile.Key).Order(StringComparer.Ordinal));
        }
    }

    [ContosoFact]
    public void The_exported_file_read_by_another_parser_holds_each_member_row_by_row()
    {
        var path = Path.Combine(contoso.App.Directory, "exports", "big-spenders.csv");
        var expected = contoso.Files.People.Where(person => person.Spend > 5000).Select(Row).OrderBy(row => row["contact_id"] + row["loyalty_id"], StringComparer.Ordinal).ToList();
        var found = CsvFile.Read(path).OrderBy(row => row["contact_id"] + row["loyalty_id"], StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Count, found.Count);
        foreach (var (row, other) in expected.Zip(found))
        {
            Assert.Equal(row, other);
        }

        Assert.Equal("contact_id,loyalty_id,full_name,email,birth_date,lifetime_spend,orders", File.ReadLines(path).First());
        var manifest = JsonNode.Parse(File.ReadAllText(path + ".manifest.json"))!;
        Assert.Contains(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))), manifest.ToJsonString(), StringComparison.Ordinal);

        static Dictionary<string, string> Row(ContosoFiles.Person person)
        {
            var first = person.Contact ?? person.Loyalty!;
            return new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["contact_id"] = person.Contact?["ContactId"] ?? "",
                ["loyalty_id"] = person.Loyalty?["LoyaltyId"] ?? "",
                ["full_name"] = first["FullName"],
                ["email"] = first["EMail"].ToLowerInvariant(),
                ["birth_date"] = ContosoFiles.Date(first["DateOfBirth"]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["lifetime_spend"] = person.Spend.ToString(CultureInfo.InvariantCulture),
                ["orders"] = person.Facts.Count(fact => fact.Type != "review").ToString(CultureInfo.InvariantCulture),
            };
        }
    }

    [ContosoFact]
    public async Task Activities_of_nobody_are_counted()
    {
        var counts = (await contoso.App.GetAsync("/activities/counts"))["types"]!.AsArray();
        foreach (var count in counts)
        {
            var type = count!["type"]!.GetValue<string>();
            var nobody = contoso.Files.OfNobody.GetValueOrDefault(type);
            Assert.Equal(nobody, count["unlinked"]!.GetValue<int>());
            Assert.Equal(nobody + contoso.Files.AllFacts.Count(fact => fact.Type == type), count["total"]!.GetValue<int>());
        }

        Assert.Equal(3, counts.Count);
        Assert.Contains(
            "26 activities belong to no profile (yet); they are linked by themselves when it appears.",
            contoso.FirstRefresh["result"]!["warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()));
    }

    [ContosoFact]
    public async Task A_second_refresh_writes_nothing_and_says_so()
    {
        var feed = contoso.App.Services.GetRequiredService<IChangeFeed>();
        var before = await feed.LastAsync(CancellationToken.None);
        var exported = File.GetLastWriteTimeUtc(Path.Combine(contoso.App.Directory, "exports", "big-spenders.csv"));
        var refresh = await contoso.App.RefreshAsync();
        Assert.Equal("succeeded", refresh["state"]!.GetValue<string>());
        Assert.Equal(0, refresh["result"]!["changed"]!.GetValue<long>());
        Assert.Equal("Nothing has changed since the last refresh; nothing was written.", refresh["result"]!["summary"]!.GetValue<string>());
        Assert.Equal(before, await feed.LastAsync(CancellationToken.None));
        Assert.Equal(exported, File.GetLastWriteTimeUtc(Path.Combine(contoso.App.Directory, "exports", "big-spenders.csv")));
        foreach (var profile in await contoso.App.AllAsync("/profiles?limit=1000"))
        {
            Assert.Equal(contoso.Profiles[profile["id"]!.GetValue<string>()]["changedAt"]!.ToJsonString(), profile["changedAt"]!.ToJsonString());
        }
    }

    [ContosoFact]
    public async Task Applying_the_recipe_again_changes_nothing()
    {
        var definitions = await DefinitionsAsync();
        var again = await contoso.App.ApplyAsync(ContosoFixture.Recipe);
        Assert.Equal((false, 0, 0, 22), (again["applied"]!.GetValue<bool>(), again["created"]!.GetValue<int>(), again["changed"]!.GetValue<int>(), again["same"]!.GetValue<int>()));
        Assert.All(again["steps"]!.AsArray(), step => Assert.Equal("same", step!["effect"]!.GetValue<string>()));
        Assert.Equal(definitions, await DefinitionsAsync());
    }

    [ContosoFact]
    public async Task A_dry_run_shows_the_difference_and_writes_nothing()
    {
        var definitions = await DefinitionsAsync();
        var recipe = JsonNode.Parse(ContosoFixture.Recipe)!;
        recipe["segments"]!["big-spenders"]!["rule"] = "lifetime_spend > 7000";
        recipe["segments"]!["new-here"] = new JsonObject { ["rule"] = "review_count = 0" };
        var (status, report) = await contoso.App.SendAsync(HttpMethod.Post, "/recipes/apply?dryRun=true", recipe);
        Assert.True(status == System.Net.HttpStatusCode.OK, report?.ToJsonString());
        Assert.Equal((false, 1, 1, 21), (report!["applied"]!.GetValue<bool>(), report["created"]!.GetValue<int>(), report["changed"]!.GetValue<int>(), report["same"]!.GetValue<int>()));
        var change = report["steps"]!.AsArray().Single(step => step!["effect"]!.GetValue<string>() == "change");
        Assert.Equal(
            """{"kind":"segment","name":"big-spenders","effect":"change","differences":[{"pointer":"/rule","from":"lifetime_spend > 5000","to":"lifetime_spend > 7000"}]}""",
            change!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(definitions, await DefinitionsAsync());
    }

    private string ProfileOf(ContosoFiles.Person person) =>
        contoso.ProfileOf[person.Contact is { } contact ? $"ecommerce.contacts/{contact["ContactId"]}" : $"loyalty.customers/{person.Loyalty!["LoyaltyId"]}"];

    private async Task<string> DefinitionsAsync()
    {
        string[] kinds = ["profile-types", "activity-types", "sources", "mappings", "unification/policies", "measures", "segments", "exports"];
        var texts = new List<string>();
        foreach (var kind in kinds)
        {
            texts.AddRange((await contoso.App.AllAsync("/" + kind)).Select(definition => definition.ToJsonString()));
        }

        return string.Join('\n', texts);
    }

    private static decimal Decimal(JsonNode? text) => decimal.Parse(text!.GetValue<string>(), CultureInfo.InvariantCulture);
}
