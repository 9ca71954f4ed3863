using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Reads JSON APIs by a declaration of their paging, sign-in and fields.</summary>
public sealed class HttpConnector : SourceConnector<HttpOptions>
{
    private const int MostNamed = 10;

    // What the client writes itself, or what would be a secret in settings that everyone reads.
    private static readonly HashSet<string> s_reserved = new(["Authorization", "Proxy-Authorization", "Cookie", "Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "Expect", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    protected override JsonTypeInfo<HttpOptions> OptionsType => HttpJson.Default.HttpOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(HttpOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        var tried = "Settings are right";
        try
        {
            var streams = Streams(options);
            using var api = await ApiClient.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
            items.Add(new CheckItem(tried, Ok: true));
            foreach (var stream in streams)
            {
                tried = $"{stream.Options.Name} can be read";
                using var page = await api.GetAsync(stream, stream.Options.Cursor?.Start, place: null, cancellationToken).ConfigureAwait(false);
                items.Add(Found(tried, stream, page));
            }
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed(tried, error));
        }

        return new CheckResult(items);
    }

    /// <inheritdoc />
    protected override ValueTask<SourceCatalog> DiscoverAsync(HttpOptions options, IPluginContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new SourceCatalog([.. Streams(options).Select(stream => stream.Descriptor)]));

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        HttpOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var streams = Streams(options);
        using var api = await ApiClient.OpenAsync(options, context, cancellationToken).ConfigureAwait(false);
        foreach (var selection in request.Streams)
        {
            var stream = streams.FirstOrDefault(one => one.Options.Name == selection.Stream)
                ?? throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}'; there are {string.Join(", ", streams.Select(one => one.Options.Name))}.") { ConfigurationPath = "/streams" };
            await foreach (var message in new StreamRun(api, stream, selection, request, context).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    private static List<ApiStream> Streams(HttpOptions options)
    {
        ApiClient.RootOf(options);
        if ((options.Headers ?? []).Index().FirstOrDefault(pair => s_reserved.Contains(pair.Item.Name)) is { Item: { } reserved } at)
        {
            throw new PluginException(FailureKind.Configuration, $"The header '{reserved.Name}' is not set here; for sign-in there is 'auth', whose secrets are kept as such.") { ConfigurationPath = $"/headers/{at.Index}/name" };
        }

        var streams = new List<ApiStream>(options.Streams.Count);
        foreach (var (i, stream) in options.Streams.Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/streams/{i}");
            if (streams.Exists(other => other.Options.Name == stream.Name))
            {
                throw new PluginException(FailureKind.Configuration, $"Two streams are named '{stream.Name}'; give one of them another name.") { ConfigurationPath = path + "/name" };
            }

            ApiClient.AddressOf(options, stream, path);
            streams.Add(ApiStream.Of(stream, path));
        }

        return streams;
    }

    private static CheckItem Found(string tried, ApiStream stream, ApiPage page)
    {
        if (page.Items.Count == 0)
        {
            return new CheckItem(tried, Ok: true, "The first page has no records.");
        }

        var first = stream.Read(page.Items[0]);
        if (first.Problem is { } problem)
        {
            return new CheckItem(tried, Ok: false, $"The first record cannot be read. {problem}") { Kind = FailureKind.Data };
        }

        var declared = stream.Options.Fields.Select(field => field.At?.Split('/').ElementAtOrDefault(1) ?? field.Name).ToHashSet(StringComparer.Ordinal);
        var others = page.Items[0].EnumerateObject().Select(member => member.Name).Where(name => !declared.Contains(name)).ToList();
        var more = others.Count == 0 ? "" : $" Not declared: {string.Join(", ", others.Take(MostNamed).Select(name => name.Length > 40 ? name[..40] : name))}{(others.Count > MostNamed ? " …" : "")}.";
        return new CheckItem(tried, Ok: true, string.Create(CultureInfo.InvariantCulture, $"The first page has {page.Items.Count} records.{more}"));
    }
}
