using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>A request that came.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">By name.</param>
/// <param name="Body">The body.</param>
internal sealed record Came(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A server on loopback that answers as the test says, and keeps what came.</summary>
internal sealed class Endpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Came> _came = new();
    private int _count;

    private Endpoint(Func<int, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            _came.Enqueue(new Came(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString.Value,
                context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray()));
            await answer(Interlocked.Increment(ref _count), context);
        });
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IReadOnlyList<Came> Came => [.. _came];

    /// <param name="answer">Answers; given the number of the request, from 1.</param>
    public static async Task<Endpoint> StartAsync(Func<int, HttpContext, Task> answer)
    {
        var endpoint = new Endpoint(answer);
        await endpoint._app.StartAsync();
        return endpoint;
    }

    /// <summary>Answers with statuses, the last of them for ever.</summary>
    public static Task<Endpoint> StatusesAsync(params IReadOnlyList<int> statuses) => StartAsync((number, context) =>
    {
        context.Response.StatusCode = statuses[Math.Min(number, statuses.Count) - 1];
        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
