using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Rest;

public sealed class JobTests
{
    [Fact]
    public async Task A_job_is_followed_by_server_sent_events_to_its_end()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, "/refreshes");
        Assert.Equal(HttpStatusCode.Accepted, status);
        using var response = await app.Http.GetAsync($"/api/v1/jobs/{accepted!["jobId"]}/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var states = new List<string>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            Assert.Equal("job", item.EventType);
            states.Add(JsonNode.Parse(item.Data)!.Text("state"));
        }

        Assert.Equal("succeeded", states[^1]);
        Assert.DoesNotContain("succeeded", states[..^1]);
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/jobs/none/events");
    }

    [Fact]
    public async Task A_refresh_is_a_graph_of_jobs_in_order_with_what_each_has_to_say()
    {
        await using var app = await Shop.OpenAsync();
        var refresh = (await app.GetAsync("/jobs"))["items"]![0]!;
        var steps = (await app.GetAsync($"/jobs?parent={refresh["id"]}"))["items"]!.AsArray().Reverse().ToList();
        Assert.Equal(["ingest club", "ingest crm", "project ", "unify customer", "measures ", "segments ", "export buyers"], steps.Select(step => $"{step!["kind"]} {step["subject"]}"));
        Assert.All(steps, step => Assert.Equal("succeeded", step!.Text("state")));
        Assert.Equal("club: 2 read, 2 new, 0 changed, 0 unchanged, 0 deleted, 0 rejected.", steps[0]!["result"]!.Text("summary"));
        Assert.Equal("customer: 5 profiles from 6 records; 5 new, 0 changed, 0 merged away, 0 removed.", steps[3]!["result"]!.Text("summary"));
        Assert.Single((await app.GetAsync("/unification/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Asking_twice_for_a_refresh_gives_the_one_under_way()
    {
        await using var app = await OpenLargeAsync();
        var (_, first) = await app.SendAsync(HttpMethod.Post, "/refreshes");
        var (_, second) = await app.SendAsync(HttpMethod.Post, "/refreshes");
        Assert.Equal(first!.Text("jobId"), second!.Text("jobId"));
        Assert.Equal((false, true), (first!["alreadyRunning"]!.GetValue<bool>(), second!["alreadyRunning"]!.GetValue<bool>()));
        await app.SendAsync(HttpMethod.Post, $"/jobs/{first["jobId"]}/cancel");
        await app.EndOfAsync(first.Text("jobId"));
    }

    [Fact]
    public async Task A_cancelled_refresh_stops_with_its_steps_and_the_next_one_goes_on()
    {
        await using var app = await OpenLargeAsync();
        var (_, accepted) = await app.SendAsync(HttpMethod.Post, "/refreshes");
        var id = accepted!.Text("jobId");
        var (status, _) = await app.SendAsync(HttpMethod.Post, $"/jobs/{id}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, status);
        var job = await app.EndOfAsync(id);
        Assert.Equal("cancelled", job.Text("state"));
        foreach (var step in await app.AllAsync($"/jobs?parent={id}"))
        {
            Assert.Contains((await app.EndOfAsync(step.Text("id"))).Text("state"), new[] { "cancelled", "skipped", "succeeded" });
        }

        var problem = await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/jobs/{id}/cancel");
        Assert.Equal($"The job '{id}' has ended.", problem.Text("title"));
        await app.SucceedAsync();
        Assert.Equal(30_000, (await app.GetAsync("/streams"))["items"]!.AsArray().Single(stream => stream!.Text("name") == "crm.contacts")!["recordCount"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_refresh_goes_on_when_the_host_is_stopped_and_started_again()
    {
        await using var app = await OpenLargeAsync();
        var (_, accepted) = await app.SendAsync(HttpMethod.Post, "/refreshes");
        var id = accepted!.Text("jobId");
        while ((await app.GetAsync($"/jobs?parent={id}"))["items"]!.AsArray().All(job => job!.Text("state") != "running"))
        {
            await Task.Delay(10);
        }

        await app.RestartAsync();
        var job = await app.EndOfAsync(id);
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        Assert.Equal(2, job["attempts"]!.GetValue<int>());
        Assert.Equal(30_000 + 2, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());
    }

    private static async Task<RunningApp> OpenLargeAsync()
    {
        var app = await Shop.OpenAsync(refresh: false);
        var contacts = new StringBuilder("Id,First,Last,Email,Phone,City\n");
        for (var i = 0; i < 30_000; i++)
        {
            contacts.Append('C').Append(i).Append(",Ann,Miller,ann").Append(i).Append("@example.com,,Paris\n");
        }

        app.WriteFile("contacts.csv", contacts.ToString());
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        return app;
    }
}
