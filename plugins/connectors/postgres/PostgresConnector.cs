using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>Reads tables and views of a PostgreSQL database.</summary>
public sealed class PostgresConnector : SourceConnector<PostgresOptions>
{
    /// <inheritdoc />
    protected override JsonTypeInfo<PostgresOptions> OptionsType => PostgresJson.Default.PostgresOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(PostgresOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        var tried = $"{options.Host} can be reached";
        try
        {
            var database = await Database.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
            await using var closing = database.ConfigureAwait(false);
            items.Add(new CheckItem(tried, Ok: true));
            tried = "Tables can be seen";
            var (streams, _) = await Catalog.FindAsync(database, options, cancellationToken).ConfigureAwait(false);
            items.Add(streams.Count > 0
                ? new CheckItem(tried, Ok: true, string.Create(CultureInfo.InvariantCulture, $"{streams.Count} can be read."))
                : new CheckItem(tried, Ok: false, "No table with a primary key can be read there. Name tables, or other schemas, or grant the user SELECT.") { Kind = FailureKind.Configuration, ConfigurationPath = "/schemas" });
            foreach (var stream in streams.Take(options.Tables?.Count ?? 1))
            {
                tried = $"{stream.Name} can be read";
                var page = stream.Whole(null, 1);
                await foreach (var row in database.RowsAsync(page.Text, page.Values, cancellationToken).ConfigureAwait(false))
                {
                    _ = row;
                }

                items.Add(new CheckItem(tried, Ok: true));
            }
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed(tried, error));
        }

        return new CheckResult(items);
    }

    /// <inheritdoc />
    protected override async ValueTask<SourceCatalog> DiscoverAsync(PostgresOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var database = await Database.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
        await using var closing = database.ConfigureAwait(false);
        var (streams, warnings) = await Catalog.FindAsync(database, options, cancellationToken).ConfigureAwait(false);
        return new SourceCatalog([.. streams.Select(stream => stream.Descriptor)]) { Warnings = warnings };
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        PostgresOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var database = await Database.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
        await using var closing = database.ConfigureAwait(false);
        var (streams, _) = await Catalog.FindAsync(database, options, cancellationToken).ConfigureAwait(false);
        foreach (var selection in request.Streams)
        {
            var stream = streams.FirstOrDefault(one => one.Name == selection.Stream)
                ?? throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}' any more. Compare the tables in the settings with the database.") { ConfigurationPath = "/tables" };
            await foreach (var message in new TableRead(database, stream, selection, request, context).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }
}
