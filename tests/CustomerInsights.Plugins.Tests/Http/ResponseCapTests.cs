using System.IO.Compression;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>What comes back has an end, in bytes and in time, however it is read.</summary>
public sealed class ResponseCapTests
{
    private static readonly PluginHttpLimits Small = new() { ResponseBytes = 1024 * 1024 };

    [Fact]
    public async Task A_body_that_says_that_it_is_too_large_is_not_begun()
    {
        await using var server = new ScriptedServer(Reply.Of(200, new byte[(1024 * 1024) + 1]));
        using var rig = new HttpRig([RetryTests.Host(server)], limits: Small);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url + "big?key=s3cret"));
        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.Equal($"The response to GET {server.Url}big has more than 1 MB, which is the most that a plugin gets at once. Ask for smaller pages, or for parts of the file (Range).", failure.Message);
    }

    [Fact]
    public async Task The_size_of_a_large_file_may_be_asked_for()
    {
        await using var server = new ScriptedServer(Reply.Of(200, "", "Content-Length: 99999999999"));
        using var rig = new HttpRig([RetryTests.Host(server)], limits: Small, concurrency: 1);
        for (var i = 0; i < 3; i++)
        {
            var response = await rig.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, server.Url), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(99999999999, response.Content.Headers.ContentLength);
        }
    }

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task A_body_without_end_is_cut_off(HttpCompletionOption option)
    {
        await using var server = new ScriptedServer(Reply.Pieces(Endless()));
        using var rig = new HttpRig([RetryTests.Host(server)], limits: Small);
        var failure = await Assert.ThrowsAsync<PluginException>(async () =>
        {
            using var response = await rig.Client.GetAsync(server.Url, option);
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.CopyToAsync(Stream.Null);
        });
        Assert.Equal(FailureKind.Data, failure.Kind);
    }

    [Fact]
    public async Task A_small_body_that_unpacks_to_a_large_one_is_cut_off()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 50; i++)
            {
                await gzip.WriteAsync(zeros);
            }
        }

        Assert.True(packed.Length < 100_000, $"{packed.Length} bytes");
        await using var server = new ScriptedServer(Reply.Of(200, packed.ToArray(), "Content-Encoding: gzip"));
        using var rig = new HttpRig([RetryTests.Host(server)], limits: Small);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url));
        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.Contains("more than 1 MB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_within_the_cap_comes_whole_also_when_it_is_read_on_the_callers_thread()
    {
        var bytes = new byte[1024 * 1024];
        new Random(3).NextBytes(bytes);
        await using var server = new ScriptedServer(Reply.Of(200, bytes, "Content-Type: application/x-test"));
        using var rig = new HttpRig([RetryTests.Host(server)], limits: Small);
        using var response = await rig.Client.GetAsync(server.Url, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(("application/x-test", bytes.Length), (response.Content.Headers.ContentType!.MediaType, response.Content.Headers.ContentLength));
        using var read = new MemoryStream();
        using var stream = response.Content.ReadAsStream();
        stream.CopyTo(read);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_a_failure_that_passes()
    {
        await using var server = new ScriptedServer(_ => Reply.Pieces(Begun(), "Content-Length: 100"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url + "part"));
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.StartsWith($"The response to GET {server.Url}part broke off after 3 bytes. ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_stops_coming_is_given_up_after_30_seconds()
    {
        await using var server = new ScriptedServer(_ => Reply.Pieces(BegunAndStuck()));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        using var response = await rig.Client.GetAsync(server.Url, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[3]);
        var reading = stream.ReadAsync(new byte[3]).AsTask();
        await Eventually.TrueAsync(() => rig.Clock.IsWaitedFor(TimeSpan.FromSeconds(30)), () => "nobody waits");
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<PluginException>(() => reading);
        Assert.Equal($"The response to GET {server.Url} broke off after 3 bytes. Nothing came for 30 s.", failure.Message);
    }

    private static async IAsyncEnumerable<byte[]> Endless()
    {
        var piece = new byte[64 * 1024];
        while (true)
        {
            await Task.Yield();
            yield return piece;
        }
    }

    private static async IAsyncEnumerable<byte[]> Begun()
    {
        await Task.Yield();
        yield return "abc"u8.ToArray();
    }

    private static async IAsyncEnumerable<byte[]> BegunAndStuck([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return "abc"u8.ToArray();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
