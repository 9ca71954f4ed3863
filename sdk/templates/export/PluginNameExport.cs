using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>Replaces the members of a list: everybody is sent, and the list changes with the commit, all at once.</summary>
public sealed class PluginNameExport : ExportTarget<PluginNameOptions>
{
    private static readonly ExportDescriptor s_descriptor = new(ExportMembership.Full, ExportVisibility.Transactional)
    {
        RequiredFields = [new FieldDescriptor("email", FieldKind.Text) { SemanticType = "contact.email" }],
        MaxBatch = 500,
        Idempotent = true,
    };

    /// <inheritdoc />
    protected override JsonTypeInfo<PluginNameOptions> OptionsType => PluginNameJson.Default.PluginNameOptions;

    /// <inheritdoc />
    protected override ExportDescriptor Describe(PluginNameOptions options) => s_descriptor;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var seen = await CheckItem.TryAsync(
            "The list can be seen",
            async token =>
            {
                using var api = await ListApi.ConnectAsync(options, context, token).ConfigureAwait(false);
                await api.LookAsync(token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return new CheckResult([seen]);
    }

    /// <inheritdoc />
    protected override async ValueTask<IExportSession> OpenAsync(PluginNameOptions options, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var email = Enumerable.Range(0, job.Fields.Count).FirstOrDefault(i => job.Fields[i].Name == "email", -1);
        if (email < 0)
        {
            // Refused here, before anything is written.
            throw new PluginException(FailureKind.Configuration, "The export has no field 'email'; map one to it.");
        }

        var api = await ListApi.ConnectAsync(options, context, cancellationToken).ConfigureAwait(false);
        return new PluginNameSession(api, job, email);
    }
}
