using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>What is edited carries an ETag, and nobody overwrites what he has not seen.</summary>
public sealed class EditTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Creating_answers_201_with_an_ETag_and_reading_gives_the_same()
    {
        using var created = await PutAsync("create", "orders > 1", null);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/api/v1/segments/create", created.Headers.Location!.OriginalString);
        using var read = await shop.App.Http.GetAsync("/api/v1/segments/create");
        Assert.Equal(created.Headers.ETag!.Tag, read.Headers.ETag!.Tag);
        var body = JsonNode.Parse(await read.Content.ReadAsStringAsync())!;
        Assert.Equal(read.Headers.ETag.Tag, body.Text("etag"));
        Assert.Equal("orders > 1", body["definition"]!.Text("rule"));
        Assert.Equal("command line", body.Text("changedBy"));
    }

    [Fact]
    public async Task A_change_with_the_ETag_that_was_read_is_made_and_gives_a_new_one()
    {
        using var created = await PutAsync("change", "orders > 1", null);
        using var changed = await PutAsync("change", "orders > 2", created.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(created.Headers.ETag.Tag, changed.Headers.ETag!.Tag);
        Assert.Equal("orders > 2", (await shop.App.GetAsync("/segments/change"))["definition"]!.Text("rule"));
    }

    [Fact]
    public async Task A_change_with_a_stale_ETag_is_refused_and_changes_nothing()
    {
        using var created = await PutAsync("stale", "orders > 1", null);
        using var changed = await PutAsync("stale", "orders > 2", created.Headers.ETag!.Tag);
        using var stale = await PutAsync("stale", "orders > 3", created.Headers.ETag.Tag);
        var problem = await stale.IsProblemAsync(HttpStatusCode.PreconditionFailed);
        Assert.Equal("It has changed since you read it.", problem.Text("title"));
        Assert.Equal($"The segment 'stale' is at {changed.Headers.ETag!.Tag}, you sent {created.Headers.ETag.Tag}. Read it again and repeat your change.", problem.Text("detail"));
        Assert.Equal("orders > 2", (await shop.App.GetAsync("/segments/stale"))["definition"]!.Text("rule"));
    }

    [Fact]
    public async Task What_exists_is_not_overwritten_unseen()
    {
        using var created = await PutAsync("unseen", "orders > 1", null);
        using var blind = await PutAsync("unseen", "orders > 2", null);
        var problem = await blind.IsProblemAsync(HttpStatusCode.PreconditionRequired);
        Assert.Equal("The segment 'unseen' exists.", problem.Text("title"));
        Assert.Equal("To change it, send the ETag that you read as If-Match. To change it whatever it is now, send If-Match: *.", problem.Text("detail"));
        using var anyway = await PutAsync("unseen", "orders > 2", "*");
        Assert.Equal(HttpStatusCode.OK, anyway.StatusCode);
    }

    [Theory]
    [InlineData("v1", "If-Match: v1 is not an ETag of ours; send the one that you read, such as \"v12\", with its quotes.")]
    [InlineData("\"abc\"", "If-Match: \"abc\" is not an ETag of ours; send the one that you read, such as \"v12\", with its quotes.")]
    [InlineData("W/\"v1\"", "If-Match: W/\"v1\" is not an ETag of ours; send the one that you read, such as \"v12\", with its quotes.")]
    public async Task A_malformed_ETag_is_refused(string tag, string message)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/buyers", """{"rule":"orders > 1"}""", tag);
        Assert.Equal("If-Match: " + message, problem.Faults());
    }

    [Fact]
    public async Task Any_version_means_that_there_must_be_one()
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Put, "/segments/nobody", """{"rule":"orders > 1"}""", "*");
        Assert.Equal("If-Match: * asks for an existing segment, and there is no 'nobody'.", problem.Text("detail"));
    }

    [Fact]
    public async Task A_definition_is_deleted_with_its_ETag_and_is_gone()
    {
        using var created = await PutAsync("goes", "orders > 1", null);
        await shop.App.Http.RefusedAsync(HttpStatusCode.PreconditionFailed, HttpMethod.Delete, "/segments/goes", ifMatch: "\"v999999\"");
        var (status, _) = await shop.App.SendAsync(HttpMethod.Delete, "/segments/goes", ifMatch: created.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NoContent, status);
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/goes");
        Assert.Equal("There is no segment 'goes'.", problem.Text("title"));
    }

    [Fact]
    public async Task Of_many_who_change_the_same_version_one_succeeds()
    {
        using var created = await PutAsync("race", "orders > 1", null);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync("race", $"orders > {i + 10}", created.Headers.ETag!.Tag)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Of_many_who_make_the_same_thing_one_succeeds()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PutAsync("new-race", $"orders > {i + 10}", null)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.Contains(
            answer.StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionRequired }));
    }

    [Fact]
    public async Task A_plugin_is_changed_with_the_ETag_of_its_file()
    {
        using var read = await shop.App.Http.GetAsync("/api/v1/plugins/customer-insights.json-connector");
        var problem = await shop.App.Http.RefusedAsync(
            HttpStatusCode.PreconditionFailed, HttpMethod.Patch, "/plugins/customer-insights.json-connector", """{"pin":true}""", "\"0000\"");
        Assert.Equal("It has changed since you read it.", problem.Text("title"));
        var (status, body) = await shop.App.SendAsync(
            HttpMethod.Patch, "/plugins/customer-insights.json-connector", new JsonObject { ["pin"] = true }, read.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("customer-insights.json-connector", body!.Text("id"));
        Assert.Contains("\"pin\": true", await File.ReadAllTextAsync(Path.Combine(shop.App.Directory, "plugins.json")), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PutAsync(string name, string rule, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/segments/{name}")
        {
            Content = new StringContent(new JsonObject { ["rule"] = rule }.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await shop.App.Http.SendAsync(request);
    }
}
