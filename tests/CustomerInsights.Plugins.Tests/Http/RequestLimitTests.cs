using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>Requests at once and in a minute, as the manifest says.</summary>
public sealed class RequestLimitTests
{
    [Fact]
    public void No_minute_has_more_requests_than_the_manifest_says()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var rate = new RequestRate(10, clock);
        var planned = new List<TimeSpan>();
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            planned.Add(clock.GetUtcNow() - DateTimeOffset.UnixEpoch + rate.Next());
            clock.Advance(TimeSpan.FromSeconds(random.Next(3)));
        }

        for (var i = 10; i < planned.Count; i++)
        {
            Assert.True(planned[i] - planned[i - 10] >= TimeSpan.FromMinutes(1), $"{i - 10} to {i}: {planned[i - 10]} to {planned[i]}");
        }

        // Nor fewer than it could: while requests queue, ten go in every minute.
        Assert.True(planned[^1] <= TimeSpan.FromMinutes(51), $"{planned[^1]}");
    }

    [Fact]
    public async Task A_request_beyond_the_minutes_number_waits_and_says_so()
    {
        await using var server = new ScriptedServer(Reply.Text("ok"));
        using var rig = new HttpRig([RetryTests.Host(server)], perMinute: 2);
        for (var i = 0; i < 3; i++)
        {
            (await rig.GetAsync(server.Url)).Dispose();
        }

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.Single(rig.Waits));
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_the_manifest_says_until_their_bodies_are_read()
    {
        var most = 0;
        var now = 0;
        await using var server = new ScriptedServer(_ => Reply.Pieces(OneAfterAnother()));
        async IAsyncEnumerable<byte[]> OneAfterAnother()
        {
            lock (Reply.Reset)
            {
                most = Math.Max(most, ++now);
            }

            yield return "a"u8.ToArray();
            await Task.Yield();
            lock (Reply.Reset)
            {
                now--;
            }

            yield return "b"u8.ToArray();
        }

        using var rig = new HttpRig([RetryTests.Host(server)], concurrency: 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.Client.GetStringAsync(server.Url)));
        Assert.All(answers, answer => Assert.Equal("ab", answer));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_body_that_nobody_reads_holds_its_place_and_the_log_says_what_to_do()
    {
        await using var server = new ScriptedServer(Reply.Text("body"));
        using var rig = new HttpRig([RetryTests.Host(server)], concurrency: 1);
        var held = await rig.Client.GetAsync(server.Url, HttpCompletionOption.ResponseHeadersRead);
        var second = rig.Client.GetAsync(server.Url);
        await Eventually.TrueAsync(() => rig.Clock.IsWaitedFor(TimeSpan.FromSeconds(30)), () => "nobody waits");
        rig.Clock.Advance(TimeSpan.FromSeconds(31));
        await Eventually.TrueAsync(
            () => rig.Loggers.Lines.Any(line => line.Text.StartsWith("A request waits for one of the 1 that may be under way at once", StringComparison.Ordinal)),
            () => string.Join('\n', rig.Loggers.Lines));
        Assert.Single(server.Requests);
        held.Dispose();
        (await second).Dispose();
        Assert.Equal(2, server.Requests.Count);
    }
}
