using System.Runtime.CompilerServices;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Worker;

/// <summary>The application, as far as a plugin needs it, on the other end of the socket.</summary>
internal sealed class RemoteServices(Peer peer, RemoteLoggers loggers) : IPluginHostServices
{
    internal RemoteLoggers Loggers => loggers;

    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => new Storage(peer, connectionId);

    public ISecrets SecretsFor(string pluginId, string connectionId) => new Secrets(peer, connectionId);

    public void Progress(string connectionId, PluginProgress progress) =>
        _ = peer.NoticeAsync(WorkerCall.Progress, WireJson.Write(new ProgressNews(connectionId, progress), WireJson.Default.ProgressNews));

    // Transitions are made by slots, and there is none in a worker.
    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    internal void TellWait(string connectionId, TimeSpan wait) =>
        _ = peer.NoticeAsync(WorkerCall.Waiting, WireJson.Write(new WaitNews(connectionId, wait), WireJson.Default.WaitNews));

    internal void TellMeasurements(MeasurementNews news) =>
        _ = peer.NoticeAsync(WorkerCall.Measurements, WireJson.Write(news, WireJson.Default.MeasurementNews));

    internal void TellMisbehaviour(string call, PluginFailure failure) =>
        _ = peer.NoticeAsync(WorkerCall.Misbehaved, WireJson.Write(new MisbehaviourNews(call, failure), WireJson.Default.MisbehaviourNews));

    private static Task<T> AskAsync<T>(Peer peer, WorkerCall call, ServiceArguments arguments, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken) =>
        peer.CallAsync(call, WireJson.Write(arguments, WireJson.Default.ServiceArguments), read, cancellationToken);

    private static string Text(ReadOnlyMemory<byte> body)
    {
        var from = new WireReader(body.Span);
        return from.Text();
    }

    private sealed class Storage(Peer peer, string connectionId) : IPluginStorage
    {
        public async ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
            (await AskAsync(peer, WorkerCall.StorageGet, new(connectionId, key), static body => WireJson.Read(body.Span, WireJson.Default.StoredAnswer), cancellationToken)).Stored;

        public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken) =>
            await AskAsync(peer, WorkerCall.StoragePut, new(connectionId, key) { Value = value, IfMatch = ifMatch, ExpiresIn = expiresIn }, Text, cancellationToken);

        public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
            await AskAsync(peer, WorkerCall.StorageDelete, new(connectionId, key), static body => body.Span[0] != 0, cancellationToken);

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var keys = await AskAsync(peer, WorkerCall.StorageList, new(connectionId, prefix), static body => WireJson.Read(body.Span, WireJson.Default.StringArray), cancellationToken);
            foreach (var key in keys)
            {
                yield return key;
            }
        }
    }

    private sealed class Secrets(Peer peer, string connectionId) : ISecrets
    {
        public async ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken) =>
            await AskAsync(peer, WorkerCall.SecretReveal, new(connectionId, reference.Name), Text, cancellationToken);

        public async ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) =>
            await AskAsync(peer, WorkerCall.SecretUpdate, new(connectionId, reference.Name) { Secret = value }, static _ => true, cancellationToken);
    }
}
