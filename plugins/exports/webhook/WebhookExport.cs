using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Posts who joined a segment, changed or left it to an address, signed.</summary>
public sealed class WebhookExport : IExportTarget
{
    private const int MostAtOnce = 1000;

    /// <inheritdoc />
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        _ = WebhookOptions.Read(configuration).Payload();
        return new ExportDescriptor(ExportMembership.Difference, ExportVisibility.Stepwise) { MaxBatch = MostAtOnce, Idempotent = true };
    }

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var items = new List<CheckItem>();
        var tried = "Settings are right";
        try
        {
            var options = WebhookOptions.Read(configuration);
            _ = options.Payload();
            using var receiver = await Receiver.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
            items.Add(new CheckItem(tried, Ok: true));
            tried = "The receiver takes a signed ping";
            await receiver.PingAsync(cancellationToken).ConfigureAwait(false);
            items.Add(new CheckItem(tried, Ok: true));
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed(tried, error));
        }

        return new CheckResult(items);
    }

    /// <inheritdoc />
    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        var options = WebhookOptions.Read(configuration);
        var payload = options.Payload();
        var receiver = await Receiver.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
        try
        {
            await receiver.MustBeThereAsync(cancellationToken).ConfigureAwait(false);
            return new WebhookSession(options, payload, receiver, job, context);
        }
        catch
        {
            receiver.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
