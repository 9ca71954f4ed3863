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
        var target = options.Ask ?? options.Url;
        var told = options.How switch
        {
            "post" => await SendAsync(context, new HttpRequestMessage(HttpMethod.Post, target) { Content = new OwnContent() }.Repeatable(), cancellationToken).ConfigureAwait(false),
            "secretInPath" => await SendAsync(context, new HttpRequestMessage(HttpMethod.Get, await WithSecretAsync(target, context, cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false),
            "ownClient" => await PastTheHost.OwnClientAsync(target, cancellationToken).ConfigureAwait(false),
            "rawSocket" => await PastTheHost.RawSocketAsync(target, cancellationToken).ConfigureAwait(false),
            "wayOut" => await PastTheHost.WayOutAsync(target, cancellationToken).ConfigureAwait(false),
            "measure" => Measure(context),
            "measureFlood" => MeasureFlood(context),
            "forget" => await ForgetAsync(context, target, cancellationToken).ConfigureAwait(false),
            _ => await SendAsync(context, new HttpRequestMessage(HttpMethod.Get, target), cancellationToken).ConfigureAwait(false),
        };
        return new CheckResult([new CheckItem("Asked", Ok: true, told)]);
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

    private static async Task<string> SendAsync(IPluginContext context, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var client = context.Http.CreateClient();
        using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        response.ThrowIfFailed(context.Clock, "/url");
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Uri> WithSecretAsync(Uri target, IPluginContext context, CancellationToken cancellationToken)
    {
        var secret = await context.Secrets.RevealAsync(new SecretReference("token"), cancellationToken).ConfigureAwait(false);
        return new Uri(target, $"bot{secret}/orders?key={secret}");
    }

    private static string Measure(IPluginContext context)
    {
        var meter = context.Meters.Create(new("test.web") { Version = "2" });
        var rows = meter.CreateCounter<int>("rows", "{row}", "Rows that were read.");
        rows.Add(2, new KeyValuePair<string, object?>("kind", "a"));
        rows.Add(3, new KeyValuePair<string, object?>("kind", "a"));
        rows.Add(1, new KeyValuePair<string, object?>("kind", "b"));
        var open = meter.CreateUpDownCounter<long>("open");
        open.Add(5);
        open.Add(-2);
        var sizes = meter.CreateHistogram<double>("sizes");
        sizes.Record(0.5);
        sizes.Record(1.5);
        meter.CreateGauge<decimal>("level").Record(7.5m);
        meter.CreateObservableGauge("depth", () => 9);
        return "measured";
    }

    private static string MeasureFlood(IPluginContext context)
    {
        var counter = context.Meters.Create(new("test.web.flood")).CreateCounter<long>("flood");
        for (var i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("i", i));
        }

        return "measured";
    }

    // What a careless author leaves: a client, and a response whose body nobody reads.
    private static async Task<string> ForgetAsync(IPluginContext context, Uri target, CancellationToken cancellationToken)
    {
        var client = context.Http.CreateClient();
        var response = await client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return $"{(int)response.StatusCode}";
    }

    // A type of the plugin's within the host's pipeline: it must not stay there.
    private sealed class OwnContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync("own"u8.ToArray()).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 3;
            return true;
        }
    }
}
