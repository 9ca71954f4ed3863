using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>Keeps a static segment of Dynamics 365 marketing equal to a segment here, by the host's difference.</summary>
public sealed class MarketingExport : IExportTarget
{
    /// <summary>Most members. Ten groups hold twice as many; contacts fall into them by their ids, and none may run over.</summary>
    internal const long MaxMembers = 1_000_000;

    /// <inheritdoc />
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        MarketingOptions.Read(configuration).Connection();
        return new ExportDescriptor(ExportMembership.Difference, ExportVisibility.Stepwise)
        {
            RequiredFields = [Contacts.Required],
            KeyField = Contacts.Field,
            MaxBatch = 5000,
            MaxMembers = MaxMembers,
            Idempotent = true,
        };
    }

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        await ConnectionCheck.RunAsync(
            () => MarketingOptions.Read(configuration).Connection(),
            context,
            ("Segments can be read", MarketingOptions.Read(configuration).Generation == MarketingOptions.Outbound ? "msdyncrm_segments?$select=msdyncrm_segmentid&$top=1" : "msdynmkt_segments?$select=msdynmkt_segmentid&$top=1"),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        var options = MarketingOptions.Read(configuration);
        var place = Contacts.PlaceIn(job);
        var client = new DataverseClient(options.Connection(), context);
        try
        {
            var name = Names.Make(options.SegmentName, job);
            StaticSegment segment = options.Generation == MarketingOptions.Outbound ? new OutboundSegment(client, name) : new JourneySegment(client, name);
            await segment.FindAsync(cancellationToken).ConfigureAwait(false);
            var session = new MarketingSession(client, segment, job, place, context);
            await session.BeginAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
