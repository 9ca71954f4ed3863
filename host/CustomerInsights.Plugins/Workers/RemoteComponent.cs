using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What is a component here and lives in a worker. Stands where the plugin's own object stands in process; the configuration went over when it was made.</summary>
internal abstract class RemoteComponent(Peer peer, int component) : IAsyncDisposable
{
    internal Peer Peer => peer;

    internal int Component => component;

    public async ValueTask DisposeAsync() => await AskAsync(WorkerCall.Dispose, static _ => true, CancellationToken.None);

    protected WireWriter OnlyMe() => WireJson.Write(new ComponentArguments(component), WireJson.Default.ComponentArguments);

    protected async ValueTask<CheckResult> CheckedAsync(CancellationToken cancellationToken) =>
        await AskAsync(WorkerCall.Check, static body => WireJson.Read(body.Span, WireJson.Default.CheckResult), cancellationToken);

    protected Task<T> AskAsync<T>(WorkerCall call, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken) =>
        peer.CallAsync(call, OnlyMe(), read, cancellationToken);
}

/// <summary>A description costs a round trip here; the SDK's own member cannot wait for it.</summary>
/// <typeparam name="T">The description.</typeparam>
internal interface IDescribedRemotely<T>
{
    /// <summary>Asks for the description.</summary>
    ValueTask<T> DescribeAsync(CancellationToken cancellationToken);
}
