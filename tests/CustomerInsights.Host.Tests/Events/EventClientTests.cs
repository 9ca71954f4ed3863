using System.Text;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Tests.Shared.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>SDKs as they are published, through a proxy that answers 429 and 503 at times and loses answers. The full count is the bench command event-clients.</summary>
public sealed class EventClientTests(ITestOutputHelper output)
{
    private const int Events = 1000;
    private const string Key = "ClientWriteKey000001";
    private const string Recipe = $$$$"""{"recipe":1,"eventSources":{"web":{"writeKey":"{{{{Key}}}}"}}}""";

    [Theory]
    [InlineData("segment")]
    [InlineData("rudder")]
    public async Task What_a_client_reports_as_delivered_was_stored_and_nothing_else_was(string sdk)
    {
        await using var app = await RunningApp.StartAsync();
        await app.ApplyAsync(Recipe);
        await using var proxy = await FaultyProxy.StartAsync(app.Http.BaseAddress!);
        var report = await EventClients.PostAsync(sdk, proxy.Url, Key, Events);
        Check(report, await EventClients.LoggedAsync(app.Services.GetRequiredService<IEventLog>()), proxy);

        // RudderStack's tries four times and gives up; Segment's has patience.
        Assert.True(sdk == "rudder" ? report.Delivered.Count > Events / 2 : report.Failed.Count == 0);
    }

    [Fact]
    public async Task What_a_client_reports_as_delivered_survives_that_the_host_is_killed()
    {
        var directory = Directory.CreateTempSubdirectory("ci-door-").FullName;
        try
        {
            var host = await HostProcess.StartAsync(directory);
            try
            {
                using (var recipe = new StringContent(Recipe, Encoding.UTF8, "application/json"))
                {
                    using var applied = await host.Http.PostAsync(new Uri("/api/v1/recipes/apply", UriKind.Relative), recipe);
                    Assert.True(applied.IsSuccessStatusCode, await applied.Content.ReadAsStringAsync());
                }

                await using var proxy = await FaultyProxy.StartAsync(host.Http.BaseAddress!);
                var posting = EventClients.PostAsync("segment", proxy.Url, Key, Events);
                foreach (var passed in new[] { 5, 25 })
                {
                    while (proxy.Passed < passed && !posting.IsCompleted)
                    {
                        await Task.Delay(1);
                    }

                    Assert.False(posting.IsCompleted, "It was over before the host was killed.");
                    await host.KillAsync();
                    await host.DisposeAsync();
                    host = await HostProcess.StartAsync(directory);
                    proxy.Target = host.Http.BaseAddress!;
                }

                var report = await posting;
                await host.KillAsync();
                await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
                Check(report, await EventClients.LoggedAsync(store.Events), proxy);
                Assert.Empty(report.Failed);
            }
            finally
            {
                await host.DisposeAsync();
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private void Check(ClientReport report, IReadOnlyList<string> logged, FaultyProxy proxy)
    {
        var distinct = logged.ToHashSet(StringComparer.Ordinal);
        output.WriteLine($"{report.Delivered.Count} delivered, {report.Failed.Count} failed, {logged.Count} in the log, {distinct.Count} different; {proxy.Passed} answers passed on, {proxy.Lost} lost, {proxy.Refused} requests refused");
        Assert.Equal(Events, report.Delivered.Count + report.Failed.Count);
        Assert.Equal(report.Delivered.Count, report.Delivered.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(report.Delivered.Except(distinct, StringComparer.Ordinal));
        Assert.Empty(distinct.Except(report.Delivered, StringComparer.Ordinal).Except(report.Failed.Select(one => one.Id), StringComparer.Ordinal));

        // Otherwise the proxy has proved nothing.
        Assert.True(proxy.Lost > 0 && proxy.Refused > 0);
        Assert.True(logged.Count > distinct.Count);
    }
}
