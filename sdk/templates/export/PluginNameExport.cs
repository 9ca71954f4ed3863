using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>Replaces the members of a list: everybody is sent, and the list changes with the commit, all at once.</summary>
public sealed class PluginNameExport : IExportTarget
{
    private static readonly ExportDescriptor s_descriptor = new(ExportMembership.Full, ExportVisibility.Transactional)
    {
        RequiredFields = [new FieldDescriptor("email", FieldKind.Text) { SemanticType = "contact.email" }],
        MaxBatch = 500,
        Idempotent = true,
    };

    /// <inheritdoc />
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration) => s_descriptor;

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        const string tried = "The list can be seen";
        try
        {
            using var api = await ListApi.ConnectAsync(Read(configuration), context, cancellationToken).ConfigureAwait(false);
            await api.LookAsync(cancellationToken).ConfigureAwait(false);
            return new CheckResult([new CheckItem(tried, Ok: true)]);
        }
        catch (PluginException error)
        {
            return new CheckResult([new CheckItem(tried, Ok: false, error.Message) { Kind = error.Kind, ConfigurationPath = error.ConfigurationPath }]);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var email = Enumerable.Range(0, job.Fields.Count).FirstOrDefault(i => job.Fields[i].Name == "email", -1);
        if (email < 0)
        {
            // Refused here, before anything is written.
            throw new PluginException(FailureKind.Configuration, "The export has no field 'email'; map one to it.");
        }

        var api = await ListApi.ConnectAsync(Read(configuration), context, cancellationToken).ConfigureAwait(false);
        return new PluginNameSession(api, job, email);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static PluginNameOptions Read(ReadOnlyMemory<byte> configuration) => PluginOptions.Read(configuration, PluginNameJson.Default.PluginNameOptions);
}
