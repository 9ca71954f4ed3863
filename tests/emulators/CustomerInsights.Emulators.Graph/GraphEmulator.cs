namespace CustomerInsights.Emulators.Graph;

/// <summary>Microsoft Graph (below <c>/v1.0</c>) and its sign-in on one port of loopback. State, journal and faults are open to whoever tests.</summary>
public sealed class GraphEmulator : Emulator<EmulatedRequest, EmulatedFault, EmulatedAnswer>
{
    private readonly EmulatorOptions _options;
    private readonly SignIn _signIn;
    private readonly Protection _protection;

    private GraphEmulator(EmulatorOptions options, string url)
        : base(url, (number, method, path, query, headers, body) => new EmulatedRequest(number, method, path, query, headers, body))
    {
        _options = options;
        _signIn = new SignIn(options);
        _protection = new Protection(options);
        PublicAddress = options.PublicAddress;
    }

    /// <summary>Users, groups and mailboxes.</summary>
    public Tenant Tenant { get; } = new();

    /// <summary>The address that links name; null for where it listens.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>What was consented to, for tokens from now on.</summary>
    public IReadOnlyList<string> Roles
    {
        get => _signIn.Roles;
        set => _signIn.Roles = value;
    }

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
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Every token so far counts as expired.</summary>
    public void ExpireTokens() => _signIn.ExpireAll();

    /// <inheritdoc />
    protected override IDisposable? Enter(EmulatedRequest request, out EmulatedAnswer? limit) => _protection.Enter(request.MailboxOf, out limit);

    /// <inheritdoc />
    protected override EmulatedAnswer? Answer(EmulatedRequest request, EmulatedFault? fault, EmulatedAnswer? limit)
    {
        if (fault?.Kind == FaultKind.Reset)
        {
            return null;
        }

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

    /// <inheritdoc />
    protected override int StatusOf(EmulatedAnswer answer) => answer.Status;

    /// <inheritdoc />
    protected override async Task WriteAsync(HttpResponse response, EmulatedAnswer answer, CancellationToken cancellationToken)
    {
        response.Headers["request-id"] = Guid.NewGuid().ToString();
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        response.ContentType = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8";
        await response.Body.WriteAsync(answer.Body, cancellationToken);
    }

    private NextLink Link(EmulatedFault? fault) => new(
        fault?.Kind == FaultKind.ForeignLink ? new Uri("http://stranger.example") : PublicAddress ?? Address,
        Stuck: fault?.Kind == FaultKind.SameLink);
}
