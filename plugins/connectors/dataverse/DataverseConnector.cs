using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>Reads tables of Dataverse by change tracking.</summary>
public sealed class DataverseConnector : SourceConnector<DataverseOptions>
{
    /// <inheritdoc />
    protected override JsonTypeInfo<DataverseOptions> OptionsType => DataverseJson.Default.DataverseOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(DataverseOptions options, IPluginContext context, CancellationToken cancellationToken) =>
        await ConnectionCheck.RunAsync(
            options.Connection,
            context,
            options.Tables.Index().Select<(int Index, TableOptions Item), (string, Func<DataverseClient, CancellationToken, Task>)>(table => ($"{table.Item.Table} can be read", async (client, token) =>
            {
                var found = await Table.FindAsync(client, table.Item, PathOf(table.Index), token).ConfigureAwait(false);
                await client.GetPageAsync(found.First, "odata.track-changes,odata.maxpagesize=1", token).ConfigureAwait(false);
            }
            )),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    protected override async ValueTask<SourceCatalog> DiscoverAsync(DataverseOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        using var client = new DataverseClient(options.Connection(), context);
        var streams = new List<StreamDescriptor>(options.Tables.Count);
        foreach (var (i, table) in options.Tables.Index())
        {
            streams.Add((await Table.FindAsync(client, table, PathOf(i), cancellationToken).ConfigureAwait(false)).Descriptor);
        }

        return new SourceCatalog(streams);
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        DataverseOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var client = new DataverseClient(options.Connection(), context);
        foreach (var selection in request.Streams)
        {
            var (i, named) = options.Tables.Index().FirstOrDefault(pair => pair.Item.Table == selection.Stream);
            if (named is null)
            {
                throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}'; there are {string.Join(", ", options.Tables.Select(one => one.Table))}.") { ConfigurationPath = "/tables" };
            }

            var table = await Table.FindAsync(client, named, PathOf(i), cancellationToken).ConfigureAwait(false);
            await foreach (var message in new TableRead(client, table, selection, request, options.PageSize, context).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    private static string PathOf(int table) => string.Create(CultureInfo.InvariantCulture, $"/tables/{table}");
}
