using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Enrichments;

/// <summary>Conditions of a population enrichment over REST: the ranking test plugin writes down what it was answered.</summary>
public sealed class ConditionTests : IAsyncLifetime
{
    private const string Plugin = "test.healthy";
    private static readonly DateTimeOffset s_first = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _plugins = Directory.CreateTempSubdirectory("ci-plugins-").FullName;
    private RunningApp _app = null!;

    public async Task InitializeAsync()
    {
        TestPlugins.CopyTo(_plugins, Plugin);
        _app = await RunningApp.StartAsync(development: _plugins);
        await PatchAsync(new JsonObject { ["enabled"] = true });
        _app.WriteFile("contacts.csv", Shop.Contacts);
        _app.WriteFile("members.csv", Shop.Members);
        _app.WriteFile("orders.csv", """
            OrderId,ContactId,At,Amount
            O1,C1,2026-01-01T12:00:00Z,100
            O2,C1,2026-01-03T12:00:00Z,50
            O3,C2,2026-01-05T12:00:00Z,7

            """);
        _app.WriteFile("visits.csv", """
            VisitId,ContactId,At,Page
            V1,C1,2026-01-01T10:00:00Z,pricing
            V2,C1,2026-01-01T11:00:00Z,pricing
            V3,C2,2026-01-01T11:00:00Z,home

            """);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_plugins, recursive: true);
    }

    [Theory]
    [InlineData("inProcess")]
    [InlineData("process")]
    public async Task Conditions_are_answered_as_of_their_moment_and_the_activities_behind_them_are_not_handed_over(string isolation)
    {
        await PatchAsync(new JsonObject { ["isolation"] = isolation });
        var recipe = Recipe(
            Ask("on_the_moment", "exists(order)", at: s_first),
            Ask("a_tick_before", "exists(order)", at: s_first.AddTicks(-10_000)),
            Ask("before_another", "exists(order)", at: s_first.AddDays(1), before: 86_400),
            Ask("before_now", "exists(order)", before: 100_000_000_000),
            Ask("window_ends_behind", "exists(order)", at: s_first.AddHours(1), within: 3600),
            Ask("window_holds_it", "exists(order)", at: s_first.AddHours(1), within: 3601),
            Ask("window_and_before", "count(order) = 1", at: s_first.AddDays(3), before: 86_400, within: 86_400),
            Ask("now_is_the_moment", "exists(order where at >= ago(1d))", at: s_first.AddHours(12)),
            Ask("now_was_earlier", "exists(order where at >= ago(1d))", at: s_first.AddHours(25)),
            Ask("not_selected", "count(visit where page = \"pricing\") = 2", at: s_first.AddHours(-1)),
            Ask("not_selected_yet", "count(visit where page = \"pricing\") = 2", at: s_first.AddMinutes(-61)),
            Ask("attribute_of_today", "city = \"Paris\"", at: s_first.AddYears(-6)),
            Ask("unknown_is_false", "points < 1000"));
        recipe["enrichments"]!["rank"]!["settings"]!["activities"] = new JsonArray("order");
        await _app.ApplyAsync(recipe.ToJsonString());
        await _app.SucceedAsync();

        Assert.Equal(
            ["attribute_of_today", "before_another", "not_selected", "now_is_the_moment", "on_the_moment", "unknown_is_false", "window_and_before", "window_holds_it"],
            await TrueOfAsync("ann@example.com"));
        Assert.Equal(["attribute_of_today"], await TrueOfAsync("dora@example.com"));
        var run = (await _app.AllAsync("/enrichments/rank/runs?limit=1"))[0];
        var metrics = (await _app.GetAsync($"/enrichments/rank/runs/{run.Text("jobId")}"))["report"]!["metrics"]!.AsArray();
        Assert.Equal(("Activities", 3), (metrics[2]!.Text("name"), metrics[2]!["value"]!.GetValue<int>()));

        var asked = (await _app.GetAsync("/enrichments/rank/status"))["conditions"]!.AsArray();
        Assert.Equal(("window_and_before", "count(order) = 1", "2026-01-04T12:00:00Z", 86_400, 86_400), (asked[6]!.Text("name"), asked[6]!.Text("rule"), asked[6]!.Text("at"), asked[6]!["beforeSeconds"]!.GetValue<double>(), asked[6]!["withinSeconds"]!.GetValue<double>()));
        var check = (await _app.SendAsync(HttpMethod.Post, "/enrichments/rank/check")).Body!["items"]!.AsArray();
        Assert.All(check, item => Assert.True(item!["ok"]!.GetValue<bool>()));
        Assert.StartsWith("Conditions: on_the_moment, a_tick_before", check[^1]!.Text("name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_past_may_be_asked_as_of_today_and_is_answered_as_it_was_last_computed()
    {
        await _app.ApplyAsync(Recipe(
            Ask("buyer", "segment(\"buyers\")"),
            Ask("often", "orders >= 2"),
            Ask("greeted", "greeting.text is present"),
            Ask("mail", "reachable(\"email\")"),
            Ask("bought", "exists(order)")).ToJsonString());
        await _app.SucceedAsync();
        var (status, body) = await _app.SendAsync(HttpMethod.Put, "/identifiers/email/ann@example.com/consent", new JsonObject { ["status"] = "true", ["source"] = "form" });
        Assert.True((int)status < 300, body?.ToJsonString());

        // Segments come after enrichments: what the first refresh found is asked in the second.
        await _app.SucceedAsync();
        Assert.Equal(["bought", "buyer", "greeted", "mail", "often"], await TrueOfAsync("ann@example.com"));
        Assert.Equal(["bought", "buyer"], await TrueOfAsync("bjorn@example.com"));
    }

    [Theory]
    [InlineData("exists(ordre)", "", "The condition 'it': RUL", "did you mean 'order'?")]
    [InlineData("exists(order", "", "The condition 'it': RUL", " at 1:")]
    [InlineData("count(order)", "", "The condition 'it': RUL", "1:1")]
    [InlineData("true and segment(\"buyers\")", "before", "The condition 'it' looks back and asks segment(\"buyers\") at 1:10, which is only known as of today. Write the segment's rule here instead", "")]
    [InlineData("orders >= 1", "at", "looks back and reads the measure 'orders' at 1:1, which is only known as of today. Write its expression here instead, which is then computed as of the moment: count(order)", "")]
    [InlineData("greeting.text is present", "within", "looks back and reads the enrichment's attribute 'greeting.text' at 1:1, which is only known as of today.", "")]
    [InlineData("reachable(\"email\")", "within", "looks back and asks reachable(\"email\") at 1:1, which is only known as of today.", "")]
    [InlineData("percentile_rank(points) >= 50", "before", "looks back and asks percentile_rank at 1:1, which is only known as of today. Compare with a figure instead.", "")]
    [InlineData("percentile_rank(points) >= 50", "", "The condition 'it' asks percentile_rank at 1:1, which needs a pass over everyone. Make a measure of it", "")]
    public async Task A_rule_that_cannot_be_answered_is_refused_when_the_enrichment_is_defined(string rule, string looksBack, string says, string andSays)
    {
        await _app.ApplyAsync(Recipe().ToJsonString());
        var asked = Ask(
            "it", rule, looksBack == "at" ? s_first : null, looksBack == "before" ? 1 : 0, looksBack == "within" ? 1 : null);
        var etag = (await _app.GetAsync("/enrichments/rank")).Text("etag");
        var (status, problem) = await _app.SendTextAsync(HttpMethod.Put, "/enrichments/rank", Document(Ask("fine", "exists(order)"), asked).ToJsonString(), etag);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var fault = Assert.Single(problem!["errors"]!.AsArray())!;
        Assert.Equal("/settings/conditions/1/rule", fault.Text("pointer"));
        Assert.Contains(says, fault.Text("message"), StringComparison.Ordinal);
        Assert.Contains(andSays, fault.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spend >= 1", null)]
    [InlineData("exists(order where at >= ago(900d))", null)]
    [InlineData("city = \"Paris\"", "'city'")]
    [InlineData("exists(order where amount > 1)", "'order.amount'")]
    [InlineData("exists(visit)", "the activities 'visit'")]
    [InlineData("segment(\"buyers\")", "segment(\"buyers\")")]
    [InlineData("reachable(\"email\")", "reachable(\"email\")")]
    public async Task A_rule_that_no_setting_holds_may_read_only_what_the_enrichment_is_handed(string rule, string? other)
    {
        await _app.ApplyAsync(Recipe().ToJsonString());
        var asked = Ask("it", rule);
        asked["own"] = true;
        var document = Document(asked);
        document["settings"]!["activities"] = new JsonArray("order");
        var (status, problem) = await _app.SendTextAsync(HttpMethod.Put, "/enrichments/rank", document.ToJsonString(), (await _app.GetAsync("/enrichments/rank")).Text("etag"));
        Assert.Equal(other is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        if (other is not null)
        {
            var fault = Assert.Single(problem!["errors"]!.AsArray())!;
            Assert.Equal(("/settings", "not-handed", $"The condition 'it' is the plugin's own, and reads {other}, which the enrichment is not handed. What else is read is for an admin to write, in a setting."), (fault.Text("pointer"), fault.Text("code"), fault.Text("message")));
        }
    }

    [Fact]
    public async Task What_a_condition_reads_cannot_be_deleted_and_an_overflow_names_the_condition()
    {
        await _app.ApplyAsync(Recipe(Ask("looked", "exists(visit)"), Ask("huge", "points * 9223372036854775807 > 0")).ToJsonString());
        await _app.SendAsync(HttpMethod.Delete, "/mappings/crm.visits");
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/activity-types/visit");
        Assert.Contains("enrichment 'rank'", problem.Faults(), StringComparison.Ordinal);
        Assert.Contains("The condition 'looked'", problem.Faults(), StringComparison.Ordinal);

        var job = await _app.RefreshAsync();
        var warnings = job["result"]!["warnings"]!.AsArray().Select(one => one!.GetValue<string>());
        Assert.Contains(warnings, text => text.Contains("The condition 'huge' cannot be answered: RUL030", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_equal_a_naive_evaluation_over_filtered_activities_in_process_and_in_a_worker()
    {
        var (random, contacts) = (new Random(20260601), 24);
        var orders = Enumerable.Range(0, 160).Select(i => (Id: i, Contact: random.Next(contacts), At: Hour(random), Amount: random.Next(1, 9))).ToList();
        var visits = Enumerable.Range(0, 80).Select(i => (Id: i, Contact: random.Next(contacts), At: Hour(random), Amount: 0)).ToList();
        _app.WriteFile("contacts.csv", "Id,First,Last,Email,Phone,City\n" + string.Concat(Enumerable.Range(0, contacts).Select(i => $"C{i},F{i},L{i},c{i}@example.com,,X\n")));
        _app.WriteFile("orders.csv", "OrderId,ContactId,At,Amount\n" + string.Concat(orders.Select(one => $"O{one.Id},C{one.Contact},{Text(one.At)},{one.Amount}\n")));
        _app.WriteFile("visits.csv", "VisitId,ContactId,At,Page\n" + string.Concat(visits.Select(one => $"V{one.Id},C{one.Contact},{Text(one.At)},home\n")));

        (string Rule, Func<List<(int Id, int Contact, DateTimeOffset At, int Amount)>, List<(int Id, int Contact, DateTimeOffset At, int Amount)>, DateTimeOffset, bool> Holds)[] rules =
        [
            ("exists(order)", (bought, _, _) => bought.Count > 0),
            ("count(order) >= 3", (bought, _, _) => bought.Count >= 3),
            ("sum(order.amount) > 12", (bought, _, _) => bought.Sum(one => one.Amount) > 12),
            ("max(order.amount) >= 8", (bought, _, _) => bought.Any(one => one.Amount >= 8)),
            ("exists(order where at >= ago(12h) and amount > 3)", (bought, _, now) => bought.Any(one => one.At >= now.AddHours(-12) && one.Amount > 3)),
            ("count(visit) = 1 and not exists(order)", (bought, seen, _) => seen.Count == 1 && bought.Count == 0),
            ("last(visit.at) > ago(6h)", (_, seen, now) => seen.Count > 0 && seen.Max(one => one.At) > now.AddHours(-6)),
        ];
        var asked = Enumerable.Range(0, 20).Select(i => (
            Rule: random.Next(rules.Length),
            At: i == 0 ? (DateTimeOffset?)null : Hour(random),
            Before: random.Next(3) == 0 ? 0 : random.Next(48),
            Within: random.Next(2) == 0 ? (int?)null : random.Next(1, 60))).ToList();
        asked[0] = asked[0] with { Before = 0, Within = null };
        var recipe = Recipe([.. asked.Select((one, i) => Ask($"c{i}", rules[one.Rule].Rule, one.At, one.Before * 3600, one.Within * 3600))]);
        await _app.ApplyAsync(recipe.ToJsonString());

        foreach (var isolation in (string[])["inProcess", "process"])
        {
            await PatchAsync(new JsonObject { ["isolation"] = isolation });
            await _app.SucceedAsync();
            var (told, wrong) = (0, new List<string>());
            var answers = await TrueAsync();
            for (var contact = 0; contact < contacts; contact++)
            {
                var answered = answers[$"c{contact}@example.com"];
                for (var i = 0; i < asked.Count; i++)
                {
                    var (rule, at, before, within) = asked[i];
                    var moment = (at ?? DateTimeOffset.MaxValue).AddHours(-before);
                    var expected = rules[rule].Holds(Of(orders), Of(visits), moment);
                    told += expected ? 1 : 0;
                    if (answered.Contains($"c{i}") != expected)
                    {
                        wrong.Add($"{isolation}: c{contact}, {rules[rule].Rule} at {at} before {before} h within {within} h should be {expected}");
                    }

                    List<(int Id, int Contact, DateTimeOffset At, int Amount)> Of(List<(int Id, int Contact, DateTimeOffset At, int Amount)> all) =>
                        [.. all.Where(one => one.Contact == contact && one.At <= moment && (within is null || one.At > moment.AddHours(-within.Value)))];
                }
            }

            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
            Assert.InRange(told, 50, (contacts * asked.Count) - 50);
        }
    }

    // A coarse grid, so that moments and activities meet.
    private static DateTimeOffset Hour(Random random) => s_first.AddHours(random.Next(96));

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Ask(string name, string rule, DateTimeOffset? at = null, double before = 0, double? within = null)
    {
        var one = new JsonObject { ["name"] = name, ["rule"] = rule, ["before"] = before };
        if (at is { } moment)
        {
            one["at"] = moment.ToString("O", CultureInfo.InvariantCulture);
        }

        if (within is { } span)
        {
            one["within"] = span;
        }

        return one;
    }

    private static JsonObject Document(params JsonObject[] conditions) =>
        new() { ["plugin"] = Plugin, ["contribution"] = "rank", ["settings"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions]) } };

    private static JsonObject Recipe(params JsonObject[] conditions)
    {
        var recipe = Shop.Recipe();
        recipe["profileTypes"]!["customer"]!["attributes"]!["name"] = new JsonObject { ["type"] = "text" };
        recipe["mappings"]!["club.members"]!["profile"]!["fields"]!["name"] = "Name";
        recipe["activityTypes"]!["order"]!["fields"]!["amount"]!["type"] = "number";
        recipe["activityTypes"]!["visit"] = JsonNode.Parse("""{ "fields": { "page": { "type": "text" } } }""");
        var streams = recipe["sources"]!["crm"]!["settings"]!["streams"]!.AsArray();
        streams[1]!["columns"] = JsonNode.Parse("""{ "Amount": { "type": "number" }, "At": { "type": "time" } }""");
        streams.Add(JsonNode.Parse("""{ "name": "visits", "path": "visits.csv", "key": ["VisitId"], "columns": { "At": { "type": "time" } } }"""));
        recipe["mappings"]!["crm.visits"] = JsonNode.Parse("""{ "activity": { "type": "visit", "at": "At", "link": { "stream": "crm.contacts", "key": "ContactId" }, "fields": { "page": "Page" } } }""");
        recipe["enrichments"] = new JsonObject { ["greeting"] = new JsonObject { ["plugin"] = Plugin, ["contribution"] = "greeting" }, ["rank"] = Document(conditions) };
        return recipe;
    }

    private async Task PatchAsync(JsonObject change)
    {
        var (status, body) = await _app.SendAsync(HttpMethod.Patch, $"/plugins/{Plugin}", change);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
    }

    private async Task<List<string>> TrueOfAsync(string email) => (await TrueAsync())[email];

    // The conditions that were true, by e-mail address.
    private async Task<Dictionary<string, List<string>>> TrueAsync()
    {
        var result = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var one in await _app.AllAsync("/profiles"))
        {
            var profile = await _app.GetAsync($"/profiles/{one.Id()}");
            var answers = profile["enrichments"]!.AsObject().Where(pair => pair.Key.StartsWith("rank.", StringComparison.Ordinal) && pair.Value!.GetValueKind() == JsonValueKind.True);
            result[profile["attributes"]!.AsArray().Single(attribute => attribute!.Text("name") == "email")!.Text("value")] =
                [.. answers.Select(pair => pair.Key["rank.".Length..]).Order(StringComparer.Ordinal)];
        }

        return result;
    }
}
