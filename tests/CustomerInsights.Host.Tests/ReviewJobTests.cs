using System.Net;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Host.Tests;

/// <summary>Jobs beside each other, under a jumping clock, and without what they were about; found in review.</summary>
public sealed class ReviewJobTests
{
    [Fact]
    public async Task A_clock_that_jumps_ahead_does_not_begin_a_running_job_twice()
    {
        var directory = Directory.CreateTempSubdirectory("ci-jump-");
        var clock = new JumpingClock();
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory.FullName }, clock, NullLoggerFactory.Instance, CancellationToken.None);
        using var queue = new JobQueue(store.Jobs, clock);
        var handler = new CountingJob();
        using var runner = new JobRunner(store.Jobs, queue, [handler], clock, NullLogger<JobRunner>.Instance);
        await queue.AddAsync([queue.New("count", "x", "{}", "ann")], CancellationToken.None);
        await runner.StartAsync(CancellationToken.None);
        await handler.Begun.Task;
        clock.Ahead = TimeSpan.FromMinutes(10);
        queue.Wake();
        await Task.Delay(1500);
        handler.End.SetResult();
        await runner.StopAsync(CancellationToken.None);
        Assert.Equal(1, handler.Runs);
        await store.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_source_that_is_asked_for_beside_a_refresh_breaks_neither()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("contacts.csv", "Id,First,Last,Email,Phone,City\n" + string.Join('\n', Enumerable.Range(0, 40_000).Select(i => $"C{i},Ann,Miller,a{i}@example.com,,Paris")));
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        var jobs = new List<string>();
        foreach (var path in new[] { "/sources/crm/runs", "/refreshes", "/unification/policies/customer/runs", "/exports/buyers/runs" })
        {
            jobs.Add((await app.SendAsync(HttpMethod.Post, path)).Body!.Text("jobId"));
        }

        foreach (var job in jobs)
        {
            var ended = await app.EndOfAsync(job);
            Assert.True(ended.Text("state") == "succeeded", ended.ToJsonString());
        }

        Assert.Equal(40_000, (await app.GetAsync("/streams"))["items"]!.AsArray().Single(stream => stream!.Text("name") == "crm.contacts")!["recordCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_source_that_is_deleted_while_it_is_read_does_not_stop_the_refresh()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("big.csv", "Id,Name\n" + string.Join('\n', Enumerable.Range(0, 150_000).Select(i => $"{i},Ann {i}")));
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        await app.SendTextAsync(
            HttpMethod.Put, "/sources/big", """{"plugin":"customer-insights.csv-connector","settings":{"streams":[{"name":"rows","path":"big.csv","key":["Id"]}]}}""");
        var refresh = (await app.SendAsync(HttpMethod.Post, "/refreshes")).Body!.Text("jobId");
        while ((await app.GetAsync("/streams"))["items"]!.AsArray().SingleOrDefault(stream => stream!.Text("name") == "big.rows")?["recordCount"]!.GetValue<int>() is null or 0)
        {
            await Task.Delay(5);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/sources/big")).Status);
        var ended = await app.EndOfAsync(refresh);
        Assert.True(ended.Text("state") == "succeeded", ended.ToJsonString());
        Assert.DoesNotContain((await app.GetAsync("/streams"))["items"]!.AsArray(), stream => stream!.Text("name") == "big.rows");
    }

    [Fact]
    public async Task The_streams_of_a_source_whose_deletion_was_interrupted_go_at_the_next_start()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.Services.GetRequiredService<IRecordStore>().EnsureStreamAsync("gone.rows", [], CancellationToken.None);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        await app.RestartAsync();
        Assert.Equal(
            ["club.members", "crm.contacts", "crm.orders"],
            (await app.GetAsync("/streams"))["items"]!.AsArray().Select(stream => stream!.Text("name")).Order(StringComparer.Ordinal));
    }

    private sealed class CountingJob : IJobHandler
    {
        private int _runs;

        public string Kind => "count";

        public int Runs => _runs;

        public TaskCompletionSource Begun { get; } = new();

        public TaskCompletionSource End { get; } = new();

        public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            Begun.TrySetResult();
            await End.Task.WaitAsync(cancellationToken);
            return new JobResult(0, "counted");
        }
    }
}

/// <summary>The system's clock, set forth or back.</summary>
internal sealed class JumpingClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
