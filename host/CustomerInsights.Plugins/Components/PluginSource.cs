using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>
/// A connector, opened for one connection. Every call crosses the boundary: it fails with a <see cref="PluginCallException"/>
/// and with nothing else (but <see cref="OperationCanceledException"/> for the caller's own token). One call at a time; a
/// read counts from its first message to the end of its enumeration. After the plugin was stopped calls fail as Transient:
/// open it again.
/// </summary>
public sealed class PluginSource : IAsyncDisposable
{
    private readonly ComponentCalls _calls;

    internal PluginSource(ComponentCalls calls) => _calls = calls;

    /// <summary>Which plugin this is.</summary>
    public PluginIdentity Plugin => _calls.Plugin;

    /// <summary>The way to the component itself, for the conformance kit.</summary>
    internal ComponentHandle Handle => _calls.Handle;

    /// <summary>Which component of it.</summary>
    public PluginContribution Contribution => _calls.Contribution;

    /// <summary>Tries the configuration.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What was tried, and what failed.</returns>
    /// <exception cref="PluginCallException">The check could not be made.</exception>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) =>
        _calls.CallAsync<ISourceConnector, CheckResult>(
            nameof(CheckAsync),
            _calls.CheckLimit,
            async (source, token) => Rules.Check(await source.CheckAsync(_calls.Configuration, _calls.Handle.Context, token)),
            cancellationToken);

    /// <summary>Finds the streams.</summary>
    /// <param name="cancellationToken">Cancels the discovery.</param>
    /// <returns>The streams, names, keys and fields checked.</returns>
    /// <exception cref="PluginCallException">The source could not be looked at.</exception>
    public Task<SourceCatalog> DiscoverAsync(CancellationToken cancellationToken) =>
        _calls.CallAsync<ISourceConnector, SourceCatalog>(
            nameof(DiscoverAsync),
            _calls.DiscoverLimit,
            async (source, token) => SourceRules.Catalog(await source.DiscoverAsync(_calls.Configuration, _calls.Handle.Context, token)),
            cancellationToken);

    /// <summary>Brings a state of an older format to the current one.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="state">The older state.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The state in the current format.</returns>
    /// <exception cref="PluginCallException">The state cannot be read.</exception>
    public Task<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) =>
        _calls.CallAsync<ISourceConnector, StreamState>(
            nameof(UpgradeStateAsync),
            _calls.CheckLimit,
            async (source, token) => Rules.State($"The state of '{stream}'", await source.UpgradeStateAsync(stream, state, token)),
            cancellationToken);

    /// <summary>Reads. Every message was checked against the SDK's rules and holds nothing of the plugin's own types.</summary>
    /// <param name="request">What to read and from where; stream names are distinct.</param>
    /// <param name="cancellationToken">Cancels the read; the plugin has 5 s to end it.</param>
    /// <returns>The messages, at the reader's pace; ends only after every stream has its <see cref="StreamEnded"/>.</returns>
    /// <exception cref="PluginCallException">The read failed, broke a rule or was silent too long; what came before it stands.</exception>
    public async IAsyncEnumerable<SourceMessage> ReadAsync(ReadRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rules = new SourceRules(request);
        var handle = _calls.Handle;
        handle.BeginCall(nameof(ReadAsync));
        try
        {
            await using var stream = await OpenAsync(request, cancellationToken);
            while (await stream.NextAsync(LimitFor(rules), rules.Check, rules.CheckEnd, _calls.LastWait, cancellationToken) is { } message)
            {
                yield return message;
            }
        }
        finally
        {
            handle.EndCall();
        }
    }

    /// <summary>Disposes the component, in limited time. Never throws for what the plugin does.</summary>
    /// <returns>When it is done or given up.</returns>
    public ValueTask DisposeAsync() => new(_calls.Handle.ReleaseAsync());

    // A method of its own, so that the iterator above, which lives as long as its reader wants, has no field for the connector.
    private async Task<PluginStream<SourceMessage>> OpenAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var source = _calls.Handle.Component<ISourceConnector>(nameof(ReadAsync));
        var stream = await PluginStream<SourceMessage>.OpenAsync(
            _calls.Handle.Boundary,
            nameof(ReadAsync),
            token => source.ReadAsync(_calls.Configuration, request, _calls.Handle.Context, token),
            cancellationToken);
        _calls.Handle.Track(stream.CloseAsync);
        return stream;
    }

    // A source that asked for patience is silent until then, and has the usual time after it; a day is the most.
    private TimeSpan LimitFor(SourceRules rules)
    {
        if (rules.WaitingUntil is not { } until)
        {
            return _calls.Silence;
        }

        var wait = until - _calls.Handle.Boundary.Clock.GetUtcNow();
        return _calls.Silence + TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, TimeSpan.TicksPerDay));
    }
}
