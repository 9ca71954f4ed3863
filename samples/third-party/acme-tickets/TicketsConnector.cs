using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace Acme.Tickets;

/// <summary>Reads requesters and tickets. The API gives an address for each next page; that is the bookmark of a read that breaks off.</summary>
public sealed class TicketsConnector : SourceConnector<TicketsOptions>
{
    private const int StateVersion = 1;

    /// <inheritdoc />
    protected override JsonTypeInfo<TicketsOptions> OptionsType => TicketsJson.Default.TicketsOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(TicketsOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        using var http = await ConnectAsync(options, context, cancellationToken).ConfigureAwait(false);
        foreach (var stream in HelpDeskStream.All)
        {
            items.Add(await CheckItem.TryAsync(
                $"{stream.Descriptor.Name} can be read",
                async token => (await GetAsync(http, stream.Path, context, token).ConfigureAwait(false)).Dispose(),
                cancellationToken).ConfigureAwait(false));
        }

        return new CheckResult(items);
    }

    /// <inheritdoc />
    protected override ValueTask<SourceCatalog> DiscoverAsync(TicketsOptions options, IPluginContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new SourceCatalog([.. HelpDeskStream.All.Select(stream => stream.Descriptor)]));

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        TicketsOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var http = await ConnectAsync(options, context, cancellationToken).ConfigureAwait(false);
        foreach (var selection in request.Streams)
        {
            var stream = HelpDeskStream.All.FirstOrDefault(one => one.Descriptor.Name == selection.Stream)
                ?? throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}'; there are requesters and tickets.");
            await foreach (var message in ReadAsync(http, stream, selection, request.RecordLimit ?? long.MaxValue, context, cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    private static async IAsyncEnumerable<SourceMessage> ReadAsync(
        HttpClient http, HelpDeskStream stream, StreamSelection selection, long left, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = stream.Descriptor.Name;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = Begin(stream, selection); next is not null;)
        {
            if (!seen.Add(next))
            {
                throw new PluginException(FailureKind.Data, $"The help desk names {PathOf(http, next)} a second time as the next page; reading would never end.") { Stream = name };
            }

            using var page = await GetAsync(http, next, context, cancellationToken).ConfigureAwait(false);
            var records = new List<Record>();
            foreach (var item in Items(page.RootElement, PathOf(http, next)))
            {
                if (stream.Read(item, out var rejected) is not { } record)
                {
                    yield return rejected!;
                }
                else if (left > 0)
                {
                    records.Add(record);
                    left--;
                }
            }

            if (records.Count > 0)
            {
                yield return new RecordBatch(name, stream.Names, records);
            }

            if (left == 0)
            {
                yield return new StreamEnded(name, StreamOutcome.Incomplete, "As many as were asked for.");
                yield break;
            }

            next = page.RootElement.TryGetProperty("next", out var link) ? link.GetString() : null;
            if (next is not null)
            {
                // Without the host's name: the help desk may move, and the place stays.
                next = PathAndQueryOf(http, next);
                yield return new Checkpoint(name, new StreamState(StateVersion, JsonSerializer.SerializeToUtf8Bytes(new Place(next), TicketsJson.Default.Place)));
            }
        }

        yield return new StreamEnded(name, StreamOutcome.Complete);
    }

    private static string Begin(HelpDeskStream stream, StreamSelection selection)
    {
        if (selection.State is not { } state)
        {
            return stream.Path;
        }

        try
        {
            // A bookmark of a later version is refused also where it would not be needed: somebody has gone back too far.
            var place = state.Version == StateVersion ? JsonSerializer.Deserialize(state.Utf8Json.Span, TicketsJson.Default.Place) : null;
            return place is null ? throw new JsonException($"It is of version {state.Version}.") : selection.Resuming ? place.Next : stream.Path;
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Configuration, "The bookmark of the last read cannot be understood. Read the stream from its beginning.", error) { Stream = selection.Stream };
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement page, string path) =>
        page.ValueKind == JsonValueKind.Object && page.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : throw new PluginException(FailureKind.Data, $"{path} has no list 'items'. Is the address that of your help desk?") { ConfigurationPath = "/url" };

    private static async Task<HttpClient> ConnectAsync(TicketsOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var key = await context.Secrets.RevealAsync(options.ApiKey, cancellationToken).ConfigureAwait(false);
        var http = context.Http.CreateClient();
        http.BaseAddress = options.Url;
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        return http;
    }

    private static async Task<JsonDocument> GetAsync(HttpClient http, string address, IPluginContext context, CancellationToken cancellationToken)
    {
        var path = PathOf(http, address);
        try
        {
            using var response = (await http.GetAsync(new Uri(http.BaseAddress!, address), cancellationToken).ConfigureAwait(false)).ThrowIfFailed(context.Clock, "/url");
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, $"{path} is not JSON that can be read. Is the address that of your help desk?", error) { ConfigurationPath = "/url" };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{path} broke off before its end.", error);
        }
    }

    private static string PathOf(HttpClient http, string address) => new Uri(http.BaseAddress!, address).AbsolutePath;

    private static string PathAndQueryOf(HttpClient http, string address) => new Uri(http.BaseAddress!, address).PathAndQuery;
}
