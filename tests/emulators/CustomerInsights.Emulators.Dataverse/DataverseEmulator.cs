using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>A request and what became of it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Status">The status, or 0 where the connection was cut.</param>
public sealed record JournalEntry(EmulatedRequest Request, int Status);

/// <summary>Dataverse and its sign-in on one port of loopback. State, journal and faults are open to whoever tests.</summary>
public sealed class DataverseEmulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly EmulatorOptions _options;
    private readonly SignIn _signIn;
    private readonly Protection _protection;
    private readonly ConcurrentQueue<JournalEntry> _journal = new();
    private int _count;

    private DataverseEmulator(EmulatorOptions options, string url)
    {
        _options = options;
        _signIn = new SignIn(options);
        _protection = new Protection(options);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 64 * 1024);
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>What the organisation holds.</summary>
    public Organisation Organisation { get; } = new();

    /// <summary>Where it listens: the server address of the organisation, and of the sign-in.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Asked for every request; what it gives happens. Null: nothing fails.</summary>
    public Func<EmulatedRequest, EmulatedFault?>? Script { get; set; }

    /// <summary>What has come since the last <see cref="Forget"/>.</summary>
    public IReadOnlyList<JournalEntry> Journal => [.. _journal];

    /// <summary>Requests that may have changed something.</summary>
    public int Writes => _journal.Count(entry => entry.Request.IsWrite);

    /// <summary>The most requests that were open at once.</summary>
    public int Peak => _protection.Peak;

    /// <summary>Starts it.</summary>
    /// <param name="options">The limits; null for those of the service.</param>
    /// <param name="url">Where to listen; a free port of loopback when not said.</param>
    public static async Task<DataverseEmulator> StartAsync(EmulatorOptions? options = null, string url = "http://127.0.0.1:0")
    {
        var emulator = new DataverseEmulator(options ?? new EmulatorOptions(), url);
        await emulator._app.StartAsync();
        return emulator;
    }

    /// <summary>Empties the journal; numbers begin at 1 again.</summary>
    public void Forget()
    {
        _journal.Clear();
        Interlocked.Exchange(ref _count, 0);
    }

    /// <summary>Every token so far counts as expired.</summary>
    public void ExpireTokens() => _signIn.ExpireAll();

    /// <summary>Waits until it is stopped from outside.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var request = new EmulatedRequest(
            Interlocked.Increment(ref _count),
            context.Request.Method,
            Uri.UnescapeDataString(context.Request.Path.Value ?? "/"),
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal),
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body);
        using var open = _protection.Enter();
        var fault = Script?.Invoke(request);
        var answer = fault?.Kind == FaultKind.ResetBefore ? null : Answer(request, fault);
        answer = fault?.Kind == FaultKind.ResetAfter ? null : answer;
        _journal.Enqueue(new JournalEntry(request, answer?.Status ?? 0));
        if (answer is null)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context.Response, answer, context.RequestAborted);
    }

    private EmulatedAnswer Answer(EmulatedRequest request, EmulatedFault? fault)
    {
        if (fault?.Kind == FaultKind.ExpiredToken)
        {
            _signIn.ExpireAll();
        }

        if (fault?.Refusal() is { } refusal)
        {
            return refusal;
        }

        try
        {
            return request.IsSignIn ? _signIn.Token(request)
                : !_signIn.Knows(request.Header("Authorization")) ? _signIn.Challenge(Address)
                : _protection.Refusal() ?? new WebApi(Organisation, _options, Address).Answer(request);
        }
        catch (EmulatedException error)
        {
            return error.Answer;
        }
    }

    private static async Task WriteAsync(HttpResponse response, EmulatedAnswer answer, CancellationToken cancellationToken)
    {
        response.StatusCode = answer.Status;
        response.Headers["OData-Version"] = "4.0";
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.Body.Length > 0)
        {
            response.ContentType = answer.ContentType;
            await response.WriteAsync(answer.Body, cancellationToken);
        }
    }
}
