namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Dataverse and its sign-in on one port of loopback. State, journal and faults are open to whoever tests.</summary>
public sealed class DataverseEmulator : Emulator<EmulatedRequest, EmulatedFault, EmulatedAnswer>
{
    private readonly EmulatorOptions _options;
    private readonly SignIn _signIn;
    private readonly Protection _protection;

    private DataverseEmulator(EmulatorOptions options, string url)
        : base(url, (number, method, path, query, headers, body) => new EmulatedRequest(number, method, path, query, headers, body))
    {
        _options = options;
        _signIn = new SignIn(options);
        _protection = new Protection(options);
    }

    /// <summary>What the organisation holds.</summary>
    public Organisation Organisation { get; } = new();

    /// <summary>Requests that may have changed something.</summary>
    public int Writes => Journal.Count(entry => entry.Request.IsWrite);

    /// <summary>The most requests that were open at once.</summary>
    public int Peak => _protection.Peak;

    /// <summary>Starts it.</summary>
    /// <param name="options">The limits; null for those of the service.</param>
    /// <param name="url">Where to listen; a free port of loopback when not said.</param>
    public static async Task<DataverseEmulator> StartAsync(EmulatorOptions? options = null, string url = "http://127.0.0.1:0")
    {
        var emulator = new DataverseEmulator(options ?? new EmulatorOptions(), url);
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Every token so far counts as expired.</summary>
    public void ExpireTokens() => _signIn.ExpireAll();

    /// <inheritdoc />
    protected override IDisposable? Enter(EmulatedRequest request, out EmulatedAnswer? limit)
    {
        // Its limits come behind the sign-in.
        limit = null;
        return _protection.Enter();
    }

    /// <inheritdoc />
    protected override EmulatedAnswer? Answer(EmulatedRequest request, EmulatedFault? fault, EmulatedAnswer? limit)
    {
        if (fault?.Kind == FaultKind.ResetBefore)
        {
            return null;
        }

        var answer = Answer(request, fault);
        return fault?.Kind == FaultKind.ResetAfter ? null : answer;
    }

    /// <inheritdoc />
    protected override int StatusOf(EmulatedAnswer answer) => answer.Status;

    /// <inheritdoc />
    protected override async Task WriteAsync(HttpResponse response, EmulatedAnswer answer, CancellationToken cancellationToken)
    {
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
}
