using System.Text.Json.Serialization.Metadata;

namespace CustomerInsights.Sdk;

/// <summary>What authors derive from: <see cref="ISourceConnector"/> with typed options.</summary>
/// <typeparam name="TOptions">The options' class, with source-generated JSON metadata.</typeparam>
public abstract class SourceConnector<TOptions> : ISourceConnector
    where TOptions : class
{
    /// <summary>Source-generated metadata of the options, e.g. <c>MyJson.Default.MyOptions</c>.</summary>
    protected abstract JsonTypeInfo<TOptions> OptionsType { get; }

    /// <summary>As <see cref="ISourceConnector.CheckAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract ValueTask<CheckResult> CheckAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>As <see cref="ISourceConnector.DiscoverAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract ValueTask<SourceCatalog> DiscoverAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>As <see cref="ISourceConnector.ReadAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="request">What to read.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract IAsyncEnumerable<SourceMessage> ReadAsync(TOptions options, ReadRequest request, IPluginContext context, CancellationToken cancellationToken);

    ValueTask<CheckResult> ISourceConnector.CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckAsync(PluginOptions.Read(configuration, OptionsType), context, cancellationToken);

    ValueTask<SourceCatalog> ISourceConnector.DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        DiscoverAsync(PluginOptions.Read(configuration, OptionsType), context, cancellationToken);

    IAsyncEnumerable<SourceMessage> ISourceConnector.ReadAsync(ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken) =>
        ReadAsync(PluginOptions.Read(configuration, OptionsType), request, context, cancellationToken);

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
