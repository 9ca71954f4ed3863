using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace Web;

/// <summary>Asks a server and tells what it answered.</summary>
public sealed class WebSource : SourceConnector<WebOptions>
{
    protected override JsonTypeInfo<WebOptions> OptionsType => WebJson.Default.WebOptions;

    protected override async ValueTask<CheckResult> CheckAsync(WebOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        using var client = context.Http.CreateClient();
        using var response = await client.GetAsync(options.Ask ?? options.Url, cancellationToken).ConfigureAwait(false);
        response.ThrowIfFailed(context.Clock, "/url");
        return new CheckResult([new CheckItem("Asked", Ok: true, await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false))]);
    }

    protected override ValueTask<SourceCatalog> DiscoverAsync(WebOptions options, IPluginContext context, CancellationToken cancellationToken) =>
        new(new SourceCatalog([new StreamDescriptor("rows", [new FieldDescriptor("id", FieldKind.Text)], ["id"], [SyncMode.Full])]));

    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        WebOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = await CheckAsync(options, context, cancellationToken).ConfigureAwait(false);
        yield return new RecordBatch("rows", FieldNames.Of("id"), [new Record("1", [answer.Items[0].Message ?? ""])]);
        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }
}
