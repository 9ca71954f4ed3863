using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Worker;

/// <summary>The population, read from the host batch by batch.</summary>
internal sealed class RemotePopulation(Peer peer, RunArguments run) : IPopulation
{
    public long Count => run.Count;

    public DateTimeOffset AsOf => run.AsOf;

    public IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, CancellationToken cancellationToken) =>
        peer.StreamAsync<IReadOnlyList<ProfileInput>>(
            WorkerCall.PopulationRead,
            WireJson.Write(new PopulationArguments(run.Component, afterProfileId), WireJson.Default.PopulationArguments),
            static body => WireJson.Read(body.Span, WireJson.Default.ProfileInputArray),
            cancellationToken);
}
