using System.Net;
using System.Text;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>What cannot be understood is answered with the place, what was found and what to do.</summary>
public sealed class RequestFaultTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Theory]
    [InlineData("""{"rule":"orders > 1","colour":"red"}""", "/colour: 'colour' is not a known field here. Remove it, or check its spelling. (line 1, byte 31)")]
    [InlineData("""{"displayName":"x"}""", "/rule: A dynamic segment needs a 'rule' or 'combine'")]
    [InlineData("""{"combine":[{}]}""", "Required fields are missing: 'segment'.")]
    [InlineData("""{"rule":5}""", "/rule: The value is of the wrong type or not one of the allowed values. (line 1, byte 10)")]
    [InlineData("""{"rule":"true","profileType":null}""", "/profileType: A value is needed here; null is not one.")]
    [InlineData("{\n  \"rule\": \"orders > 1\",,\n}", ": ',' is an invalid start of a property name. Expected a '\"'. (line 2, byte 24)")]
    [InlineData("""{"rule":"orders > 1","rule":"orders > 2"}""", "/rule: 'rule' is there twice. Keep one of them.")]
    [InlineData("", ": The body is empty. Send a JSON document.")]
    [InlineData("[]", "The value is of the wrong type")]
    public async Task A_body_that_cannot_be_read_is_named_with_its_place(string body, string message)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/faulty", body);
        Assert.True(problem.Faults().Contains(message, StringComparison.Ordinal), problem.Faults());
        Assert.DoesNotContain("System.", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("CustomerInsights.", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_deep_in_a_body_is_named_by_its_pointer()
    {
        var problem = await shop.App.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", """{"recipe":1,"segments":{"big one":{"rule":"orders > 1","sort":1}}}""");
        Assert.StartsWith("/segments/big one/sort: 'sort' is not a known field here.", problem.Faults(), StringComparison.Ordinal);
        problem = await shop.App.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", """{"recipe":1,"exports":{"x":{"plugin":"p","segment":"s","fields":[{"name":"a"},{"nam":"b"}]}}}""");
        Assert.StartsWith("/exports/x/fields/1/nam: 'nam' is not a known field here.", problem.Faults(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=")]
    [InlineData("cursor=MXxzZWFyY2h8MXwy")]
    public async Task A_cursor_that_no_list_gave_is_refused(string query)
    {
        foreach (var path in new[] { "/profiles", "/segments", "/jobs", "/streams/crm.contacts/records", "/streams/crm.contacts/rejected", "/streams/crm.contacts/runs", "/audit", "/segments/buyers/members", "/segments/buyers/history", "/exports/buyers/runs", "/profiles?search=miller" })
        {
            var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}");
            Assert.StartsWith("cursor: ", problem.Faults(), StringComparison.Ordinal);
            Assert.EndsWith("Take it as 'next' gave it, or leave it out to start at the beginning.", problem.Faults(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("limit=0", "limit=0: a page has 1 to 1,000 items.")]
    [InlineData("limit=1001", "limit=1001: a page has 1 to 1,000 items.")]
    [InlineData("limit=many", "'many' is not possible as limit; see /reference for its type.")]
    public async Task A_limit_out_of_range_is_refused(string query, string message)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/profiles?" + query);
        Assert.StartsWith("limit: ", problem.Faults(), StringComparison.Ordinal);
        Assert.Contains(message, problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var app = await RunningApp.StartAsync(maxRequestBytes: 2000);
        var problem = await app.Http.RefusedAsync(
            HttpStatusCode.RequestEntityTooLarge, HttpMethod.Put, "/segments/large", $$"""{"rule":"orders > 1","description":"{{new string('x', 3000)}}"}""");
        Assert.Equal("The request body is too large.", problem.Text("title"));
        Assert.Equal("Send at most 2,000 bytes.", problem.Text("detail"));
    }

    [Fact]
    public async Task An_unknown_route_is_a_problem_too()
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/profils");
        Assert.Equal("There is no such address.", problem.Text("title"));
    }

    [Fact]
    public async Task A_method_that_a_route_has_not_is_a_problem_too()
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.MethodNotAllowed, HttpMethod.Delete, "/profiles");
        Assert.Equal("DELETE is not possible here.", problem.Text("title"));
    }

    [Fact]
    public async Task A_body_of_another_media_type_is_refused()
    {
        var problem = await shop.App.Http.RefusedAsync(
            HttpStatusCode.UnsupportedMediaType, HttpMethod.Put, "/segments/xml", "<rule/>", mediaType: "application/xml");
        Assert.Equal("The body must be JSON.", problem.Text("title"));
        Assert.Equal("Send 'Content-Type: application/json'.", problem.Text("detail"));
    }

    [Theory]
    [InlineData("/profiles/123", "There is no profile '123'.")]
    [InlineData("/profiles/00000000-0000-7000-8000-000000000000", "There is no profile '00000000-0000-7000-8000-000000000000'.")]
    [InlineData("/jobs/none", "There is no job 'none'.")]
    [InlineData("/segments/none", "There is no segment 'none'.")]
    [InlineData("/unification/policies/none", "There is no unification policy 'none'.")]
    [InlineData("/streams/none/records", "There is no stream 'none'.")]
    [InlineData("/streams/crm.contacts/records?key=C99", "There is no record 'C99'.")]
    [InlineData("/plugins/none", "There is no plugin 'none'.")]
    [InlineData("/plugins/none/events", "There is no plugin 'none'.")]
    [InlineData("/exports/none/runs", "There is no export 'none'.")]
    [InlineData("/measures/none/values", "There is no measure 'none'.")]
    public async Task What_is_not_there_is_named(string path, string title)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
        Assert.Equal(title, problem.Text("title"));
    }

    [Theory]
    [InlineData("bad%20name")]
    [InlineData("-x")]
    [InlineData("a%2Fb")]
    public async Task A_name_with_other_characters_is_refused(string name)
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, $"/segments/{name}", """{"rule":"orders > 1"}""");
        Assert.Contains("is not a name; use 1 to 100 letters, digits, _ - and ., beginning with a letter or digit.", problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_not_UTF8_is_refused()
    {
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes("{\"rule\":\""), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes("\"}")]);
        content.Headers.ContentType = new("application/json");
        using var response = await shop.App.Http.PutAsync(new Uri("/api/v1/segments/bytes", UriKind.Relative), content);
        await response.IsProblemAsync(HttpStatusCode.BadRequest);
    }
}
