using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Tests.Shared.Events;

/// <summary>
/// Stands between a client and a host and is no good: of ten requests it answers one with 503 and one with 429, and loses the answer to one. What the target
/// does not answer ends as a broken connection.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly string[] s_hop = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive"];

    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private volatile Uri _target;
    private int _requests;
    private int _passed;
    private int _lost;
    private int _refused;

    private FaultyProxy(WebApplication app, Uri target) => (_app, _target) = (app, target);

    /// <summary>Where it passes requests on to; may change while it runs.</summary>
    public Uri Target
    {
        get => _target;
        set => _target = value;
    }

    public string Url => _app.Urls.Single();

    /// <summary>Requests that the target answered and whose answer was passed on.</summary>
    public int Passed => _passed;

    /// <summary>Requests that the target answered with success and the client never heard so.</summary>
    public int Lost => _lost;

    /// <summary>Requests that the target has never seen.</summary>
    public int Refused => _refused;

    public static async Task<FaultyProxy> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var proxy = new FaultyProxy(app, target);
        app.Run(proxy.HandleAsync);
        await app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        switch (Interlocked.Increment(ref _requests) % 10)
        {
            case 2:
                Interlocked.Increment(ref _refused);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case 5:
                Interlocked.Increment(ref _refused);
                context.Response.Headers.RetryAfter = "1";
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            case 8:
                using (var answer = await PassAsync(context, body.ToArray()))
                {
                    if (answer?.StatusCode == HttpStatusCode.OK)
                    {
                        Interlocked.Increment(ref _lost);
                    }
                }

                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            default:
                using (var answer = await PassAsync(context, body.ToArray()))
                {
                    if (answer is null)
                    {
                        context.Abort();
                        return;
                    }

                    context.Response.StatusCode = (int)answer.StatusCode;
                    context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
                    context.Response.Headers.RetryAfter = answer.Headers.RetryAfter?.ToString();
                    await context.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
                    Interlocked.Increment(ref _passed);
                }

                return;
        }
    }

    private async Task<HttpResponseMessage?> PassAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_target, context.Request.Path + context.Request.QueryString)) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in context.Request.Headers.Where(header => !s_hop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        try
        {
            return await _http.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
