using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>A connector in a worker.</summary>
internal sealed class RemoteSource(Peer peer, int component) : RemoteComponent(peer, component), ISourceConnector
{
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckedAsync(cancellationToken);

    public async ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        await AskAsync(WorkerCall.Discover, static body => WireJson.Read(body.Span, WireJson.Default.SourceCatalog), cancellationToken);

    public IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken)
    {
        var codec = new SourceMessageCodec();
        var arguments = WireJson.Write(new ReadArguments(Component, request), WireJson.Default.ReadArguments);
        return Peer.StreamAsync(WorkerCall.Read, arguments, body => codec.Read(body.Span), cancellationToken);
    }

    public async ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) =>
        await Peer.CallAsync(
            WorkerCall.UpgradeState,
            WireJson.Write(new StateArguments(Component, stream, state), WireJson.Default.StateArguments),
            static body => WireJson.Read(body.Span, WireJson.Default.StreamState),
            cancellationToken);
}
