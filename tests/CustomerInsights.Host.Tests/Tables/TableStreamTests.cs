using System.Net;
using System.Runtime.CompilerServices;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Host.Tests.Tables;

/// <summary>How rows flow from a list to the reader: few at a time, no longer than it reads, and no half a file that looks whole.</summary>
public sealed class TableStreamTests
{
    private const int Page = 1000;

    private sealed record Item(int Number, string Text)
    {
        public static Item Of(int number) => new(number, "a text of some length, so that a page is more than what is sent at once");
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("jsonl")]
    public async Task A_million_rows_are_never_in_memory(string format)
    {
        const int Rows = 1_000_000;
        var (given, sent, most) = (0, 0L, 0L);
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?format=" + format);
        http.Response.Body = new Reader(bytes =>
        {
            most = Math.Max(most, given - sent);
            sent += bytes.Count((byte)'\n');
        });
        await new TableResult(TableRequest.Of(http.Request)!, Table.Of("x", ItemsAsync())).ExecuteAsync(http);
        Assert.Equal(Rows, given);
        Assert.True(sent >= Rows, $"{sent} lines were sent.");
        Assert.True(most is > 1 and < TableResult.FlushAt / 50, $"{most} rows were in flight.");

        async IAsyncEnumerable<Item> ItemsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (given < Rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return Item.Of(given++);
            }

            await Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Pages_are_asked_for_one_by_one_as_far_as_rows_have_gone()
    {
        var (asked, sent) = (0, 0L);
        var ahead = new List<long>();
        await using var app = await AppAsync(at =>
        {
            ahead.Add((asked++ * Page) - Volatile.Read(ref sent));
            return at < 300 * Page;
        });

        // What lies in the buffers of two sockets is some megabytes; the list is thirty.
        using var response = await app.Client.GetAsync(new Uri("/list?format=jsonl", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var number = 0; await reader.ReadLineAsync() is { } line; number++)
        {
            Assert.StartsWith($$"""{"number":{{number}},""", line, StringComparison.Ordinal);
            Interlocked.Increment(ref sent);
        }

        Assert.Equal((300L + 1) * Page, sent);
        Assert.Equal(301, asked);
        Assert.True(ahead.Max() < 150 * Page, $"{ahead.Max()} rows were read before they were needed.");
    }

    [Fact]
    public async Task A_reader_that_goes_away_stops_the_rows()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await AppAsync(_ => true, stop => stop.Register(() => stopped.TrySetResult()));
        using (var response = await app.Client.GetAsync(new Uri("/list?format=csv", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await stopped.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("csv", "throw")]
    [InlineData("json", "throw")]
    [InlineData("jsonl", "throw")]
    [InlineData("csv", "refuse")]
    [InlineData("jsonl", "refuse")]
    public async Task A_failure_in_the_middle_cuts_the_reader_off(string format, string how)
    {
        await using var app = await AppAsync(at => at < 5 * Page ? true : throw (how == "throw" ? new InvalidDataException("broken") : new RefusedException()));
        using var response = await app.Client.GetAsync(new Uri("/list?format=" + format, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
    }

    [Theory]
    [InlineData("throw", HttpStatusCode.InternalServerError)]
    [InlineData("refuse", HttpStatusCode.NotFound)]
    public async Task A_failure_before_the_first_byte_is_no_file(string how, HttpStatusCode status)
    {
        await using var app = await AppAsync(_ => throw (how == "throw" ? new InvalidDataException("broken") : new RefusedException()));
        using var response = await app.Client.GetAsync(new Uri("/list?format=csv", UriKind.Relative));
        Assert.Equal(status, response.StatusCode);
        Assert.Null(response.Content.Headers.ContentDisposition);
    }

    [Theory]
    [InlineData("/list?format=csv&limit=5")]
    [InlineData("/list?format=csv&cursor=1000")]
    public async Task A_file_has_no_pages(string path)
    {
        await using var app = await AppAsync(_ => false);
        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        using var page = await app.Client.GetAsync(new Uri(path.Replace("format=csv&", "", StringComparison.Ordinal), UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private sealed class RefusedException : Exception;

    /// <summary>A server with one list of pages of 1,000; a function says whether it goes on behind a row.</summary>
    private static async Task<Server> AppAsync(Func<int, bool> goesOn, Action<CancellationToken>? stopping = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        var app = builder.Build();
        app.MapGet("/list", Results<Ok<PageResponse<Item>>, NotFound> (string? cursor, int? limit, CancellationToken cancellationToken) =>
        {
            stopping?.Invoke(cancellationToken);
            var first = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
            try
            {
                var more = goesOn(first);
                return TypedResults.Ok(new PageResponse<Item>([.. Enumerable.Range(first, limit ?? 50).Select(Item.Of)], more ? (first + Page).ToString(System.Globalization.CultureInfo.InvariantCulture) : null));
            }
            catch (RefusedException)
            {
                return TypedResults.NotFound();
            }
        }).AsTable("list");
        await app.StartAsync();
        return new Server(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    private sealed record Server(WebApplication App, HttpClient Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await App.DisposeAsync();
        }
    }

    private sealed class Reader(Action<ReadOnlySpan<byte>> read) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            read(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
