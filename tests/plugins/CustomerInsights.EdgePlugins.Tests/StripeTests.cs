using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Connectors.Http;
using CustomerInsights.Sdk;
using Microsoft.AspNetCore.Http;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>The connector's requests, and the answers that it reads, keep Stripe's own description: Prism stands between and lets nothing else pass.</summary>
public sealed class StripeTests
{
    private const string Key = "sk_test_of-the-tests";
    private readonly List<JsonObject> _customers = [.. Enumerable.Range(1, 250).Select(Customer)];

    [StripeFact]
    public async Task Customers_are_read_in_full_and_then_what_is_new_with_no_violation_on_either_side()
    {
        await using var stripe = await Endpoint.StartAsync((_, context) => AnswerAsync(context));
        await using var prism = await Prism.BeforeAsync(StripeFactAttribute.File!, stripe.Address);
        var first = await ReadAsync(prism.Address);

        Assert.Equal(Enumerable.Range(1, 250).Reverse().Select(Id), first.Keys);
        Assert.Equal((3, 0, StreamOutcome.Complete), (stripe.Came.Count, first.Rejected.Count, first.Ended.Outcome));
        Assert.Equal("/v1/customers?limit=100", stripe.Came[0].Path);
        Assert.Equal($"/v1/customers?limit=100&starting_after={Id(151)}", Uri.UnescapeDataString(stripe.Came[1].Path));
        Assert.All(stripe.Came, came => Assert.Equal(($"Bearer {Key}", "2020-08-27"), (came.Headers["Authorization"], came.Headers["Stripe-Version"])));
        Assert.Equal(("c007@example.com", "Göttingen", -700L, "2026-01-01T00:07:00.0000000Z"), (
            first.Value(Id(7), "email").AsText(), first.Value(Id(7), "city").AsText(), first.Value(Id(7), "balance").AsInteger(),
            first.Value(Id(7), "created").AsTime().UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));

        _customers.AddRange(Enumerable.Range(251, 120).Select(Customer));
        var next = await ReadAsync(prism.Address, SyncMode.Incremental, first.LastState);

        Assert.Equal(Enumerable.Range(251, 120).Reverse().Select(Id), next.Keys);
        Assert.Contains($"created[gte]={1767225600 + (250 * 60)}", Uri.UnescapeDataString(stripe.Came[3].Path), StringComparison.Ordinal);
        Assert.DoesNotContain("iolation", prism.Output, StringComparison.Ordinal);
    }

    [StripeFact]
    public async Task Stripes_own_refusal_of_a_key_is_told_as_such()
    {
        await using var stripe = await Endpoint.StartAsync((_, context) => AnswerAsync(context, known: "another key"));
        await using var prism = await Prism.BeforeAsync(StripeFactAttribute.File!, stripe.Address);

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(prism.Address));

        Assert.Equal((FailureKind.Authentication, "/auth"), (failure.Kind, failure.ConfigurationPath));
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [StripeFact]
    public async Task The_judge_refuses_an_answer_and_a_request_that_break_the_description()
    {
        await using var stripe = await Endpoint.StartAsync((_, context) => AnswerAsync(context));
        await using var prism = await Prism.BeforeAsync(StripeFactAttribute.File!, stripe.Address);
        _customers[^1]["created"] = "yesterday";

        Assert.Equal(FailureKind.Transient, (await Assert.ThrowsAsync<PluginException>(() => ReadAsync(prism.Address))).Kind);
        Assert.Single(stripe.Came);
        Assert.Equal(FailureKind.Data, (await Assert.ThrowsAsync<PluginException>(() => ReadAsync(prism.Address, limit: "many"))).Kind);
        Assert.Single(stripe.Came);
    }

    private static Task<SourceRun> ReadAsync(Uri server, SyncMode mode = SyncMode.Full, StreamState? state = null, string limit = "100") => SourceRun.ReadAsync(
        new HttpConnector(),
        Encoding.UTF8.GetBytes(
            $$"""
            {
              "url": "{{server}}v1", "auth": { "kind": "bearer", "token": { "$secret": "key" } }, "headers": [ { "name": "Stripe-Version", "value": "2020-08-27" } ],
              "streams": [ {
                "name": "customers", "path": "customers", "records": "/data", "key": ["id"], "query": [ { "name": "limit", "value": "{{limit}}" } ],
                "paging": { "kind": "lastRecord", "at": "/id", "parameter": "starting_after", "more": "/has_more" },
                "cursor": { "field": "created", "parameter": "created[gte]" },
                "fields": [ { "name": "id", "type": "text" }, { "name": "email", "type": "text" }, { "name": "city", "type": "text", "at": "/address/city" },
                            { "name": "balance", "type": "integer" }, { "name": "metadata", "type": "json" }, { "name": "created", "type": "time", "format": "unixSeconds" } ]
              } ]
            }
            """),
        new LoopbackContext(new LeapingClock(), Key),
        "customers",
        mode,
        state);

    // Newest first, as Stripe answers.
    private Task AnswerAsync(HttpContext context, string known = Key)
    {
        var query = context.Request.Query;
        if (context.Request.Headers.Authorization != $"Bearer {known}")
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsJsonAsync(new { error = new { type = "invalid_request_error", message = "Invalid API Key provided" } });
        }

        var from = long.TryParse(query["created[gte]"], CultureInfo.InvariantCulture, out var created) ? created : 0;
        var rows = _customers.AsEnumerable().Reverse().Where(row => row["created"]!.GetValueKind() != System.Text.Json.JsonValueKind.Number || (long)row["created"]! >= from);
        if (query["starting_after"].ToString() is { Length: > 0 } after)
        {
            rows = rows.SkipWhile(row => (string)row["id"]! != after).Skip(1);
        }

        var all = rows.ToList();
        var limit = int.Parse(query["limit"]!, CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["object"] = "list",
            ["url"] = "/v1/customers",
            ["has_more"] = all.Count > limit,
            ["data"] = new JsonArray([.. all.Take(limit).Select(row => row.DeepClone())]),
        });
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"cus_{number:000}");

    private static JsonObject Customer(int number) => new()
    {
        ["id"] = Id(number),
        ["object"] = "customer",
        ["created"] = 1767225600L + (number * 60),
        ["livemode"] = false,
        ["email"] = string.Create(CultureInfo.InvariantCulture, $"c{number:000}@example.com"),
        ["address"] = new JsonObject { ["city"] = "Göttingen", ["country"] = "DE", ["line1"] = null, ["line2"] = null, ["postal_code"] = null, ["state"] = null },
        ["balance"] = number * -100,
        ["metadata"] = new JsonObject { ["tier"] = "gold" },
    };
}
