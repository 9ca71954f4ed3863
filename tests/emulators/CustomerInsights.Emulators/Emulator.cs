using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Emulators;

/// <summary>A request and what became of it.</summary>
/// <typeparam name="TRequest">A request.</typeparam>
/// <param name="Request">The request.</param>
/// <param name="Status">The status, or 0 where the connection was cut.</param>
public sealed record JournalEntry<TRequest>(TRequest Request, int Status);

/// <summary>Makes a request of its parts: number from 1 on, verb, path and query decoded, headers by name whatever its case, body as text.</summary>
/// <typeparam name="TRequest">A request.</typeparam>
public delegate TRequest RequestMaker<out TRequest>(
    int number, string method, string path, IReadOnlyDictionary<string, string> query, IReadOnlyDictionary<string, string> headers, string body);

/// <summary>A service on one port of loopback. Journal and faults are open to whoever tests.</summary>
/// <typeparam name="TRequest">A request.</typeparam>
/// <typeparam name="TFault">What may go wrong with it.</typeparam>
/// <typeparam name="TAnswer">What is answered.</typeparam>
public abstract class Emulator<TRequest, TFault, TAnswer> : IAsyncDisposable
    where TFault : class
    where TAnswer : class
{
    private readonly WebApplication _app;
    private readonly RequestMaker<TRequest> _make;
    private readonly ConcurrentQueue<JournalEntry<TRequest>> _journal = new();
    private int _count;

    /// <param name="url">Where to listen.</param>
    /// <param name="make">Makes a request of its parts.</param>
    protected Emulator(string url, RequestMaker<TRequest> make)
    {
        _make = make;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 64 * 1024);
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>Where it listens, for the service and for the sign-in.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Asked for every request; what it gives happens. Null: nothing fails.</summary>
    public Func<TRequest, TFault?>? Script { get; set; }

    /// <summary>What has come since the last <see cref="Forget"/>.</summary>
    public IReadOnlyList<JournalEntry<TRequest>> Journal => [.. _journal];

    /// <summary>Empties the journal; numbers begin at 1 again.</summary>
    public void Forget()
    {
        _journal.Clear();
        Interlocked.Exchange(ref _count, 0);
    }

    /// <summary>Waits until it is stopped from outside.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <summary>Begins to listen.</summary>
    protected Task ListenAsync() => _app.StartAsync();

    /// <summary>Counts a request as open until what it gives is disposed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">What is answered because a limit is passed; null for none.</param>
    protected abstract IDisposable? Enter(TRequest request, out TAnswer? limit);

    /// <summary>The answer; null cuts the connection.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fault">What goes wrong, or null.</param>
    /// <param name="limit">What <see cref="Enter"/> gave.</param>
    protected abstract TAnswer? Answer(TRequest request, TFault? fault, TAnswer? limit);

    /// <summary>The status of an answer.</summary>
    /// <param name="answer">The answer.</param>
    protected abstract int StatusOf(TAnswer answer);

    /// <summary>Writes headers and body; the status is written.</summary>
    /// <param name="response">Where to.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    protected abstract Task WriteAsync(HttpResponse response, TAnswer answer, CancellationToken cancellationToken);

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var request = _make(
            Interlocked.Increment(ref _count),
            context.Request.Method,
            Uri.UnescapeDataString(context.Request.Path.Value ?? "/"),
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body);
        using var open = Enter(request, out var limit);
        var answer = Answer(request, Script?.Invoke(request), limit);
        _journal.Enqueue(new JournalEntry<TRequest>(request, answer is null ? 0 : StatusOf(answer)));
        if (answer is null)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = StatusOf(answer);
        await WriteAsync(context.Response, answer, context.RequestAborted);
    }
}
