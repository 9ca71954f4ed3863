using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>One run of an export: batches, then commit or abort, then dispose. One call at a time.</summary>
public sealed class PluginExportSession : IAsyncDisposable
{
    private readonly ComponentCalls _calls;
    private readonly ExportDescriptor _descriptor;
    private IExportSession? _session;
    private bool _left;

    private PluginExportSession(ComponentCalls calls, ExportDescriptor descriptor) => (_calls, _descriptor) = (calls, descriptor);

    private PluginBoundary Boundary => _calls.Handle.Boundary;

    internal static async Task<PluginExportSession> OpenAsync(ComponentCalls calls, ExportDescriptor descriptor, ExportJob job, CancellationToken cancellationToken)
    {
        const string call = nameof(OpenAsync);
        calls.Handle.BeginCall(call);
        var session = new PluginExportSession(calls, descriptor);
        try
        {
            session.Boundary.Enter(call);
        }
        catch
        {
            calls.Handle.EndCall();
            throw;
        }

        try
        {
            var target = calls.Handle.Component<IExportTarget>(call);
            session._session = await session.Boundary.RunAsync(
                call,
                calls.Silence,
                new CancellationTokenSource(),
                async token => Rules.NotNull("The session", await target.OpenAsync(calls.Configuration, job, calls.Handle.Context, token)),
                null,
                cancellationToken);
            calls.Handle.Track(session.ReleaseAsync);
            return session;
        }
        catch
        {
            session.Leave();
            throw;
        }
    }

    /// <summary>Writes a batch.</summary>
    /// <param name="batchId">Stable over retries of this batch.</param>
    /// <param name="members">1 to <see cref="ExportDescriptor.MaxBatch"/> members.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One outcome per member, in the same order.</returns>
    /// <exception cref="PluginCallException">The whole batch failed.</exception>
    public Task<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(batchId);
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count < 1 || members.Count > _descriptor.MaxBatch)
        {
            throw new ArgumentOutOfRangeException(nameof(members), members.Count, $"1 to {_descriptor.MaxBatch} members go into a batch of this target.");
        }

        return RunAsync(
            nameof(WriteAsync),
            _calls.Silence,
            async (session, token) => ExportRules.Outcomes(members.Count, await session.WriteAsync(batchId, members, token)),
            cancellationToken);
    }

    /// <summary>Ends the run; what was written is durable at the target.</summary>
    /// <param name="cancellationToken">Cancels the call; whether the target committed is then not known.</param>
    /// <returns>What the target says of the run.</returns>
    /// <exception cref="PluginCallException">The commit failed.</exception>
    public Task<ExportReceipt> CommitAsync(CancellationToken cancellationToken) =>
        RunAsync(nameof(CommitAsync), _calls.Silence, async (session, token) => ExportRules.Receipt(await session.CommitAsync(token)), cancellationToken);

    /// <summary>Gives the run up.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>When it is done.</returns>
    /// <exception cref="PluginCallException">It could not be given up cleanly.</exception>
    public Task AbortAsync(CancellationToken cancellationToken) =>
        RunAsync(
            nameof(AbortAsync),
            _calls.Short,
            async (session, token) =>
            {
                await session.AbortAsync(token);
                return true;
            },
            cancellationToken);

    /// <summary>Disposes the session, in limited time. Never throws for what the plugin does.</summary>
    /// <returns>When it is done or given up.</returns>
    public ValueTask DisposeAsync() => new(ReleaseAsync());

    private async Task<T> RunAsync<T>(string call, TimeSpan limit, Func<IExportSession, CancellationToken, ValueTask<T>> body, CancellationToken cancellationToken)
    {
        var session = _session ?? throw Boundary.Stopped(call);
        return await Boundary.RunAsync(call, limit, new CancellationTokenSource(), token => body(session, token), _calls.LastWait, cancellationToken);
    }

    private async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _session, null) is { } session)
        {
            await Disposal.RunAsync(Boundary, "session (dispose)", session.DisposeAsync);
        }

        Leave();
    }

    private void Leave()
    {
        if (!Interlocked.Exchange(ref _left, true))
        {
            _calls.Handle.EndCall();
            Boundary.Gate.Leave(nameof(OpenAsync));
        }
    }
}
