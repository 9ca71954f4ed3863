using System.Text.Json.Serialization.Metadata;

namespace CustomerInsights.Sdk;

/// <summary>What authors derive from: <see cref="IPopulationEnrichment"/> with typed options.</summary>
/// <typeparam name="TOptions">The options' class, with source-generated JSON metadata.</typeparam>
public abstract class PopulationEnrichment<TOptions> : IPopulationEnrichment
    where TOptions : class
{
    /// <summary>Source-generated metadata of the options, e.g. <c>MyJson.Default.MyOptions</c>.</summary>
    protected abstract JsonTypeInfo<TOptions> OptionsType { get; }

    /// <summary>As <see cref="IEnrichment.Describe"/>, typed. What a schema cannot say of the options is refused here: nothing runs before it.</summary>
    /// <param name="options">The options.</param>
    /// <returns>As there.</returns>
    protected abstract EnrichmentDescriptor Describe(TOptions options);

    /// <summary>As <see cref="IEnrichment.CheckAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract ValueTask<CheckResult> CheckAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>As <see cref="IPopulationEnrichment.RunAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="population">The snapshot.</param>
    /// <param name="resumeFrom">The last <see cref="PopulationCheckpoint"/> of this run if it was interrupted, else null.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract IAsyncEnumerable<PopulationMessage> RunAsync(TOptions options, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, CancellationToken cancellationToken);

    EnrichmentDescriptor IEnrichment.Describe(ReadOnlyMemory<byte> configuration) => Describe(PluginOptions.Read(configuration, OptionsType));

    ValueTask<CheckResult> IEnrichment.CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckAsync(PluginOptions.Read(configuration, OptionsType), context, cancellationToken);

    IAsyncEnumerable<PopulationMessage> IPopulationEnrichment.RunAsync(
        ReadOnlyMemory<byte> configuration, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, CancellationToken cancellationToken) =>
        RunAsync(PluginOptions.Read(configuration, OptionsType), population, resumeFrom, context, cancellationToken);

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
