using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CustomerInsights.Exports.Webhook;
using CustomerInsights.Sdk;

namespace CustomerInsights.EdgePlugins.Tests;

public sealed partial class WebhookTests
{
    private const string Secret = "whsec_of-the-tests-0123456789";
    private static readonly NodePackage s_stripe = new("tests/clients/stripe", "Stripe's library verifies signatures");
    private static readonly IReadOnlyList<FieldDescriptor> s_fields = [new("email", FieldKind.Text), new("points", FieldKind.Integer), new("vip", FieldKind.Boolean), new("spent", FieldKind.Decimal), new("tags", FieldKind.TextList)];

    private readonly LeapingClock _clock = new();

    [Fact]
    public async Task A_delivery_tells_of_adds_changes_and_removals_in_one_envelope()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        var (outcomes, _) = await RunAsync(receiver, [Member("a", MemberChange.Added), Member("b", MemberChange.Changed), Member("c", MemberChange.Removed)]);

        using var body = JsonDocument.Parse(Assert.Single(receiver.Came).Body);
        Assert.Equal(["added", "changed", "removed"], body.RootElement.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("change").GetString()));
        Assert.Equal(
            """{"email":"a@example.com","points":7,"vip":true,"spent":10.50,"tags":["x","y"]}""",
            body.RootElement.GetProperty("members")[0].GetProperty("fields").GetRawText());
        Assert.Equal(("segment.members", "newsletter", "Loyal", 2), (Text("type"), Text("export"), Text("segment"), body.RootElement.GetProperty("generation").GetInt32()));
        Assert.Equal(Text("id"), receiver.Came[0].Headers["Idempotency-Key"]);
        Assert.All(outcomes, outcome => Assert.Equal((MemberResult.Accepted, Text("id")), (outcome.Result, outcome.RemoteId)));

        string Text(string name) => body.RootElement.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Stripes_library_accepts_our_signature_for_the_secret_and_the_former_one_and_for_no_other()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        await RunAsync(receiver, [Member("ä\"\u2028")], ("formerSigningSecret", new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "former" }));
        var came = Assert.Single(receiver.Came);
        var header = came.Headers["Webhook-Signature"];
        Assert.Matches(@"^t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$", header);

        var told = await JudgeAsync(came.Body, header, Secret, "former-secret-of-the-tests", "another-secret-of-nobody");
        var changed = await JudgeAsync([.. came.Body, (byte)' '], header, Secret);

        Assert.Equal([came.Headers["Idempotency-Key"], came.Headers["Idempotency-Key"]], told[..2]);
        Assert.StartsWith("StripeSignatureVerificationError", told[2], StringComparison.Ordinal);
        Assert.StartsWith("StripeSignatureVerificationError", changed[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_attempt_is_signed_anew_and_has_the_same_id_and_the_same_body()
    {
        await using var receiver = await Endpoint.StatusesAsync(500, 429, 408, 200);
        var (outcomes, _) = await RunAsync(receiver, [Member("a")]);

        Assert.Equal(MemberResult.Accepted, Assert.Single(outcomes).Result);
        Assert.Equal(4, receiver.Came.Count);
        Assert.Single(receiver.Came.Select(came => came.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal));
        Assert.Single(receiver.Came.Select(came => Convert.ToHexString(came.Body)).Distinct(StringComparer.Ordinal));
        Assert.Equal(4, receiver.Came.Select(came => came.Headers["Webhook-Signature"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal([1, 2, 4], Waits(receiver));
    }

    [Fact]
    public async Task Retry_after_is_waited_for_and_a_long_one_is_handed_to_the_host()
    {
        await using var receiver = await Endpoint.StartAsync((number, context) =>
        {
            context.Response.StatusCode = number == 2 ? 200 : 429;
            context.Response.Headers.RetryAfter = number == 1 ? "17.0" : "300";
            return Task.CompletedTask;
        });
        await RunAsync(receiver, [Member("a")]);
        Assert.Equal([17], Waits(receiver));

        var failure = await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("b")]));

        Assert.Equal((FailureKind.RateLimited, TimeSpan.FromMinutes(5), 3), (failure.Kind, failure.RetryAfter, receiver.Came.Count));
    }

    [Fact]
    public async Task After_the_last_attempt_the_run_is_given_back_and_the_batch_comes_again_with_the_same_ids()
    {
        await using var receiver = await Endpoint.StatusesAsync(200, 503, 503, 503, 200);
        List<ExportMember> members = [Member("a"), Member("b"), Member("c"), Member("d")];
        var failure = await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, members, ("batchSize", 2), ("attempts", 3)));
        Assert.Equal((FailureKind.Transient, 4), (failure.Kind, receiver.Came.Count));

        await RunAsync(receiver, members, ("batchSize", 2), ("attempts", 3));

        var ids = receiver.Came.Select(came => came.Headers["Idempotency-Key"]).ToList();
        Assert.Equal([ids[0], ids[1]], ids[4..]);
        Assert.Equal(2, ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_lost_connection_is_tried_again()
    {
        await using var receiver = await Endpoint.StartAsync((number, context) =>
        {
            if (number == 1)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });

        var (outcomes, _) = await RunAsync(receiver, [Member("a")]);

        Assert.Equal((MemberResult.Accepted, 2), (outcomes[0].Result, receiver.Came.Count));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(422)]
    public async Task A_delivery_that_the_receiver_does_not_take_is_listed_and_not_tried_again_in_the_run(int status)
    {
        await using var receiver = await Endpoint.StatusesAsync(status, 200);
        var (outcomes, receipt) = await RunAsync(receiver, [Member("a"), Member("b"), Member("c")], ("batchSize", 2));

        Assert.Equal([MemberResult.RejectedRetryable, MemberResult.RejectedRetryable, MemberResult.Accepted], outcomes.Select(outcome => outcome.Result));
        Assert.Contains(status.ToString(CultureInfo.InvariantCulture), outcomes[0].Reason, StringComparison.Ordinal);
        Assert.Equal(("1", "2", 2), (receipt.Details["members"], receipt.Details["refused"], receiver.Came.Count));
    }

    [Theory]
    [InlineData(401, FailureKind.Authentication)]
    [InlineData(403, FailureKind.Authentication)]
    [InlineData(404, FailureKind.Permanent)]
    [InlineData(302, FailureKind.Permanent)]
    public async Task Another_4xx_fails_the_run_at_once(int status, FailureKind kind)
    {
        await using var receiver = await Endpoint.StatusesAsync(status);
        var failure = await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("a"), Member("b")], ("batchSize", 1)));

        Assert.Equal((kind, "/url", 1), (failure.Kind, failure.ConfigurationPath, receiver.Came.Count));
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_gets_nothing_more_until_a_ping_is_taken()
    {
        await using var receiver = await Endpoint.StatusesAsync(410, 200);
        var context = Context();
        Assert.Equal(FailureKind.Permanent, (await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("a")], context))).Kind);
        Assert.Equal(FailureKind.Permanent, (await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("a")], context))).Kind);
        Assert.Single(receiver.Came);

        var check = await new WebhookExport().CheckAsync(Settings(receiver), context, CancellationToken.None);
        await RunAsync(receiver, [Member("a")], context);

        Assert.True(check.Ok);
        Assert.Equal(["segment.members", "ping", "segment.members"], receiver.Came.Select(came => came.Headers["Webhook-Event"]));
        Assert.DoesNotContain("members", Encoding.UTF8.GetString(receiver.Came[1].Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_over_the_limit_is_cut_and_a_member_that_is_too_large_alone_is_refused()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        var large = new ExportMember("large", MemberChange.Added, [new string('x', 2000), 1, true, 1m, FieldValue.Null]);
        var (outcomes, _) = await RunAsync(receiver, [Member("a"), Member("b"), large, Member("c"), Member("d"), Member("e"), Member("f"), Member("g")], ("maxKilobytes", 1));

        Assert.Equal([2], outcomes.Index().Where(pair => pair.Item.Result == MemberResult.RejectedPermanent).Select(pair => pair.Index));
        Assert.All(receiver.Came, came => Assert.InRange(came.Body.Length, 1, 1024));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], receiver.Came.SelectMany(came => ProfilesIn(came.Body)));
        Assert.Equal(receiver.Came.Count, receiver.Came.Select(came => came.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_dry_run_fills_the_template_and_sends_nothing()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        var (outcomes, receipt) = await RunAsync(receiver, [Member("a")], Context(), dryRun: true);

        Assert.Empty(receiver.Came);
        Assert.Equal((MemberResult.Accepted, true), (outcomes[0].Result, receipt.Summary.StartsWith("Dry run: 1 members would be told", StringComparison.Ordinal)));
        await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("a")], Context(), true, ("template", "{ nothing }")));
    }

    [Fact]
    public async Task A_template_shapes_the_body_and_hostile_values_stay_values()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        const string hostile = "\"}], \"admin\": true, \"x\": [{\"y\": \"</script>\n{{id}}";
        var member = new ExportMember("p", MemberChange.Added, [hostile, FieldValue.Null, false, 12345678901234567.89m, FieldValue.List(["a\"", "b"])]);

        await RunAsync(receiver, [member, Member("q", MemberChange.Removed)], ("template",
            """
            {"event":"{{id}}","people":[{{#each members}}{"mail":"{{fields.email}}","again":{{json fields.email}},"points":{{json fields.points}},"vip":{{fields.vip}},"spent":{{fields.spent}},"tags":{{json fields.tags}},"gone":{{removed}},"of":"{{../segment}}"}{{#unless @last}},{{/unless}}{{/each}}]}
            """));

        using var body = JsonDocument.Parse(receiver.Came[0].Body);
        var first = body.RootElement.GetProperty("people")[0];
        Assert.Equal((hostile, hostile), (first.GetProperty("mail").GetString(), first.GetProperty("again").GetString()));
        Assert.Equal("null|false|12345678901234567.89|[\"a\\u0022\",\"b\"]|false|\"Loyal\"", string.Join('|', first.EnumerateObject().Skip(2).Select(pair => pair.Value.GetRawText())));
        Assert.False(body.RootElement.TryGetProperty("admin", out _));
        Assert.True(body.RootElement.GetProperty("people")[1].GetProperty("gone").GetBoolean());
        Assert.Equal(receiver.Came[0].Headers["Idempotency-Key"], body.RootElement.GetProperty("event").GetString());
    }

    [Theory]
    [InlineData("application/xml", "<m>{{member.fields.email}}</m>", "<m>a&amp;b&lt;c&gt;=\u00e4@example.com</m>")]
    [InlineData("application/x-www-form-urlencoded", "mail={{member.fields.email}}&n={{member.fields.points}}", "mail=a%26b%3Cc%3E%3D%C3%A4%40example.com&n=7")]
    [InlineData("text/plain", "{{member.change}} {{member.fields.email}}", "added a&b<c>=\u00e4@example.com")]
    public async Task Values_are_encoded_for_the_content_type(string contentType, string template, string expected)
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        await RunAsync(receiver, [Member("a&b<c>=\u00e4")], ("template", template), ("contentType", contentType));

        Assert.Equal(expected, System.Net.WebUtility.HtmlDecode(expected) == expected ? Encoding.UTF8.GetString(receiver.Came[0].Body) : Encoding.UTF8.GetString(receiver.Came[0].Body).Replace("&#xE4;", "\u00e4", StringComparison.Ordinal));
        Assert.Equal(contentType + "; charset=utf-8", receiver.Came[0].Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("{{{id}}}", "not encoded")]
    [InlineData("{{& id}}", "not encoded")]
    [InlineData("{{> other}}", "Partials")]
    [InlineData("{{#each members}}", "no Handlebars template")]
    public void A_template_that_could_do_harm_or_is_none_is_refused_at_its_place(string template, string expected)
    {
        var failure = Assert.Throws<PluginException>(() => new WebhookExport().Describe(Settings(new Uri("https://example.com/x"), ("template", template))));

        Assert.Equal((FailureKind.Configuration, "/template"), (failure.Kind, failure.ConfigurationPath));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_json_is_told_by_its_place_and_without_anybodys_data()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        var failure = await Assert.ThrowsAsync<PluginException>(() => RunAsync(receiver, [Member("ada-lovelace")], ("template", "{\n \"mail\": {{member.fields.email}} }")));

        Assert.Equal((FailureKind.Configuration, "/template", 0), (failure.Kind, failure.ConfigurationPath, receiver.Came.Count));
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("lovelace", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_makes_much_of_little_ends_at_the_limit()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        const string nested = "{{#each members}}{{#each ../members}}{{#each ../../members}}{{#each ../../../members}}xxxxxxxxxxxxxxxx{{/each}}{{/each}}{{/each}}{{/each}}";
        var (outcomes, _) = await RunAsync(receiver, [.. Enumerable.Range(0, 60).Select(n => Member($"m{n}"))], ("template", nested), ("contentType", "text/plain"), ("maxKilobytes", 4));

        Assert.All(outcomes, outcome => Assert.Equal(MemberResult.Accepted, outcome.Result));
        Assert.All(receiver.Came, came => Assert.InRange(came.Body.Length, 1, 4096));
    }

    [Theory]
    [InlineData("http://example.com/x")]
    [InlineData("https://ann:pw@example.com/x")]
    [InlineData("https://example.com/x#y")]
    public void An_address_that_cannot_be_right_is_refused(string url)
    {
        var failure = Assert.Throws<PluginException>(() => new WebhookExport().Describe(Settings(new Uri(url))));

        Assert.Equal((FailureKind.Configuration, "/url"), (failure.Kind, failure.ConfigurationPath));
    }

    [Fact]
    public async Task A_secret_that_could_be_guessed_is_refused()
    {
        await using var receiver = await Endpoint.StatusesAsync(200);
        var context = Context();
        context.Named["signingSecret"] = "short";

        var item = (await new WebhookExport().CheckAsync(Settings(receiver), context, CancellationToken.None)).Items[^1];

        Assert.Equal((false, FailureKind.Configuration, "/signingSecret"), (item.Ok, item.Kind, item.ConfigurationPath));
        Assert.Empty(receiver.Came);
    }

    private static async Task<string[]> JudgeAsync(byte[] body, string header, params string[] secrets)
    {
        // The tests' clock is another one: the age is not judged here.
        var told = await s_stripe.RunAsync("verify.mjs", [JsonSerializer.Serialize(new { body = Convert.ToBase64String(body), header, secrets, tolerance = 4_000_000_000L })]);
        return told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // The clock stands still but for waits; signatures tell the time.
    private static IEnumerable<long> Waits(Endpoint receiver)
    {
        var times = receiver.Came.Select(came => long.Parse(came.Headers["Webhook-Signature"].Split(',')[0][2..], CultureInfo.InvariantCulture)).ToList();
        return times.Skip(1).Zip(times, (later, earlier) => later - earlier);
    }

    private static IEnumerable<string> ProfilesIn(byte[] body) => Profile().Matches(Encoding.UTF8.GetString(body)).Select(match => match.Groups["id"].Value);

    private static ExportMember Member(string id, MemberChange change = MemberChange.Added) => new(id, change, [$"{id}@example.com", 7, true, 10.50m, FieldValue.List(["x", "y"])]);

    private LoopbackContext Context() => new(_clock, Secret) { Named = { ["former"] = "former-secret-of-the-tests" } };

    private static ReadOnlyMemory<byte> Settings(Endpoint receiver, params IReadOnlyList<(string Name, object Value)> more) => Settings(new Uri(receiver.Address, "hook?x=1"), more);

    private static byte[] Settings(Uri url, params IReadOnlyList<(string Name, object Value)> more)
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal) { ["url"] = url, ["signingSecret"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "signingSecret" } };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return JsonSerializer.SerializeToUtf8Bytes(settings);
    }

    private Task<(IReadOnlyList<MemberOutcome> Outcomes, ExportReceipt Receipt)> RunAsync(Endpoint receiver, IReadOnlyList<ExportMember> members, params IReadOnlyList<(string, object)> more) =>
        RunAsync(receiver, members, Context(), dryRun: false, more);

    private static async Task<(IReadOnlyList<MemberOutcome> Outcomes, ExportReceipt Receipt)> RunAsync(
        Endpoint receiver, IReadOnlyList<ExportMember> members, LoopbackContext context, bool dryRun = false, params IReadOnlyList<(string, object)> more)
    {
        var job = new ExportJob("run-2", "newsletter", "Loyal", s_fields, 2, DateTimeOffset.UnixEpoch) { MemberCount = members.Count, DryRun = dryRun };
        await using var target = new WebhookExport();
        await using var session = await target.OpenAsync(Settings(receiver, more), job, context, CancellationToken.None);
        var outcomes = await session.WriteAsync("batch-0", members, CancellationToken.None);
        return (outcomes, await session.CommitAsync(CancellationToken.None));
    }

    [GeneratedRegex("\"profile\":\"(?<id>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Profile();
}
