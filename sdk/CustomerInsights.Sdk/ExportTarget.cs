using System.Text.Json.Serialization.Metadata;

namespace CustomerInsights.Sdk;

/// <summary>What authors derive from: <see cref="IExportTarget"/> with typed options.</summary>
/// <typeparam name="TOptions">The options' class, with source-generated JSON metadata.</typeparam>
public abstract class ExportTarget<TOptions> : IExportTarget
    where TOptions : class
{
    /// <summary>Source-generated metadata of the options, e.g. <c>MyJson.Default.MyOptions</c>.</summary>
    protected abstract JsonTypeInfo<TOptions> OptionsType { get; }

    /// <summary>As <see cref="IExportTarget.Describe"/>, typed. What a schema cannot say of the options is refused here: nothing runs before it.</summary>
    /// <param name="options">The options.</param>
    /// <returns>As there.</returns>
    protected abstract ExportDescriptor Describe(TOptions options);

    /// <summary>As <see cref="IExportTarget.CheckAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract ValueTask<CheckResult> CheckAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>As <see cref="IExportTarget.OpenAsync"/>, typed.</summary>
    /// <param name="options">The options.</param>
    /// <param name="job">What is to be exported.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    protected abstract ValueTask<IExportSession> OpenAsync(TOptions options, ExportJob job, IPluginContext context, CancellationToken cancellationToken);

    ExportDescriptor IExportTarget.Describe(ReadOnlyMemory<byte> configuration) => Describe(PluginOptions.Read(configuration, OptionsType));

    ValueTask<CheckResult> IExportTarget.CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckAsync(PluginOptions.Read(configuration, OptionsType), context, cancellationToken);

    ValueTask<IExportSession> IExportTarget.OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken) =>
        OpenAsync(PluginOptions.Read(configuration, OptionsType), job, context, cancellationToken);

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
