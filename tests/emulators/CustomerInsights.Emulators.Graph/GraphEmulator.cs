using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CustomerInsights.Emulators.Graph;

/// <summary>A request and what became of it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Status">The status, or 0 where the connection was cut.</param>
public sealed record JournalEntry(EmulatedRequest Request, int Status);

/// <summary>Microsoft Graph and its sign-in on one port of loopback. State, journal and faults are open to whoever tests.</summary>
public sealed class GraphEmulator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly EmulatorOptions _options;
    private readonly SignIn _signIn;
    private readonly Protection _protection;
    private readonly ConcurrentQueue<JournalEntry> _journal = new();
    private int _count;

    private GraphEmulator(EmulatorOptions options, string url)
    {
        _options = options;
        _signIn = new SignIn(options);
        _protection = new Protection(options);
        PublicAddress = options.PublicAddress;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 64 * 1024);
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>Users, groups and mailboxes.</summary>
    public Tenant Tenant { get; } = new();

    /// <summary>Where it listens, for Graph (below <c>/v1.0</c>) and for the sign-in.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>The address that links name; null for <see cref="Address"/>.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>Asked for every request; what it gives happens. Null: nothing fails.</summary>
    public Func<EmulatedRequest, EmulatedFault?>? Script { get; set; }

    /// <summary>What was consented to, for tokens from now on.</summary>
    public IReadOnlyList<string> Roles
    {
        get => _signIn.Roles;
        set => _signIn.Roles = value;
    }

    /// <summary>What has come since the last <see cref="Forget"/>.</summary>
    public IReadOnlyList<JournalEntry> Journal => [.. _journal];

    /// <summary>The most requests of one mailbox that were open at once.</summary>
    public int Peak => _protection.Peak;

    /// <summary>The most mailboxes that were read at once.</summary>
    public int PeakMailboxes => _protection.PeakMailboxes;

    /// <summary>Starts it.</summary>
    /// <param name="options">The limits; null for those of the service.</param>
    /// <param name="url">Where to listen; a free port of loopback when not said.</param>
    public static async Task<GraphEmulator> StartAsync(EmulatorOptions? options = null, string url = "http://127.0.0.1:0")
    {
        var emulator = new GraphEmulator(options ?? new EmulatorOptions(), url);
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
        using var open = _protection.Enter(request.MailboxOf, out var limit);
        var fault = Script?.Invoke(request);
        var answer = fault?.Kind == FaultKind.Reset ? null : Answer(request, fault, limit);
        _journal.Enqueue(new JournalEntry(request, answer?.Status ?? 0));
        if (answer is null)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        context.Response.Headers["request-id"] = Guid.NewGuid().ToString();
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.ContentType = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private EmulatedAnswer Answer(EmulatedRequest request, EmulatedFault? fault, EmulatedAnswer? limit)
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
                : _signIn.RolesOf(request.Header("Authorization")) is not { } roles ? EmulatedAnswer.Error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
                : limit ?? new GraphApi(Tenant, _options, roles, Link(fault)).Answer(request);
        }
        catch (EmulatedException error)
        {
            return error.Answer;
        }
    }

    private NextLink Link(EmulatedFault? fault) => new(
        fault?.Kind == FaultKind.ForeignLink ? new Uri("http://stranger.example") : PublicAddress ?? Address,
        Stuck: fault?.Kind == FaultKind.SameLink);
}
