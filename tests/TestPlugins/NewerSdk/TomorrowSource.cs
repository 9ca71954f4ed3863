using CustomerInsights.Sdk;

namespace NewerSdk;

/// <summary>Calls what this host's SDK does not have.</summary>
public sealed class TomorrowSource : ISourceConnector
{
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem(Tomorrow.Hello(), Ok: true)]));

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<SourceMessage> ReadAsync(ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
