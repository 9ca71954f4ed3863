using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>An enrichment in a worker, of either shape.</summary>
internal abstract class RemoteEnrichment(Peer peer, int component) : RemoteComponent(peer, component), IEnrichment, IDescribedRemotely<EnrichmentDescriptor>
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) => throw new NotSupportedException("Ask DescribeAsync: the answer is in another process.");

    public async ValueTask<EnrichmentDescriptor> DescribeAsync(CancellationToken cancellationToken) =>
        await AskAsync(WorkerCall.DescribeEnrichment, static body => WireJson.Read(body.Span, WireJson.Default.EnrichmentDescriptor), cancellationToken);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckedAsync(cancellationToken);
}

/// <summary>Profile by profile.</summary>
internal sealed class RemoteProfileEnrichment(Peer peer, int component) : RemoteEnrichment(peer, component), IProfileEnrichment
{
    public async ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken) =>
        await Peer.CallAsync(
            WorkerCall.Enrich,
            WireJson.Write(new EnrichArguments(Component, batch), WireJson.Default.EnrichArguments),
            static body => WireJson.Read(body.Span, WireJson.Default.EnrichmentResultArray),
            cancellationToken);
}

/// <summary>Over a population, which the worker reads from here.</summary>
internal sealed class RemotePopulationEnrichment(Peer peer, int component, HostCalls calls) : RemoteEnrichment(peer, component), IPopulationEnrichment
{
    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        calls.Offer(Component, population);
        var arguments = WireJson.Write(new RunArguments(Component, population.Count, population.AsOf, resumeFrom), WireJson.Default.RunArguments);
        await foreach (var message in Peer.StreamAsync(WorkerCall.Run, arguments, static body => PopulationMessageCodec.Read(body.Span), cancellationToken))
        {
            yield return message;
        }
    }
}
