using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>Cannot be made.</summary>
public sealed class FaultyConstructor : ISourceConnector
{
    public FaultyConstructor() => throw new InvalidOperationException("boom in the constructor");

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<SourceMessage> ReadAsync(ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
