using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Sales;

/// <summary>Makes a marketing list of Dynamics 365 Sales hold exactly the segment's contacts: reads the list, writes what differs.</summary>
public sealed class SalesExport : IExportTarget
{
    /// <summary>Most contacts of a list that is kept.</summary>
    internal const int MaxContacts = 100_000;

    /// <inheritdoc />
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        SalesOptions.Read(configuration).Connection();

        // Nothing is written before the commit, which finds out by itself what is missing; so a run may come again from its first batch.
        return new ExportDescriptor(ExportMembership.Full, ExportVisibility.Transactional)
        {
            RequiredFields = [Contacts.Required],
            MaxBatch = 1000,
            MaxMembers = MaxContacts,
            Idempotent = true,
        };
    }

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        await ConnectionCheck.RunAsync(() => SalesOptions.Read(configuration).Connection(), context, ("Marketing lists can be read", "lists?$select=listid&$top=1"), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        var options = SalesOptions.Read(configuration);
        var place = Contacts.PlaceIn(job);
        var client = new DataverseClient(options.Connection(), context);
        try
        {
            var list = await MarketingList.FindAsync(client, Names.Make(options.ListName, job), cancellationToken).ConfigureAwait(false);
            await list.ReadAsync(cancellationToken).ConfigureAwait(false);
            return new SalesSession(client, list, job, place, context);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static PluginException TooMany(string segment) =>
        new(FailureKind.Permanent, $"The segment '{segment}' has more than {MaxContacts:N0} contacts, which is what a marketing list takes. Nothing was written. Narrow the segment.");
}
