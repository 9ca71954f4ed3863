using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Asks the API for pages.</summary>
/// <remarks>The host's client waits, retries and honours Retry-After by itself, and reaches declared hosts alone. Nothing of that is done again here.</remarks>
internal sealed class ApiClient : IDisposable
{
    private const int LongestPlace = 8000;

    private readonly HttpOptions _options;
    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly Authorizer _authorizer;
    private readonly Uri _root;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    private ApiClient(HttpOptions options, IPluginContext context, HttpClient http, Authorizer authorizer)
    {
        (_options, _context, _http, _authorizer) = (options, context, http, authorizer);
        _root = RootOf(options);
    }

    /// <summary>Checks the addresses and opens the secret.</summary>
    public static async Task<ApiClient> OpenAsync(HttpOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        RootOf(options);
        var http = context.Http.CreateClient();
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var header in options.Headers ?? [])
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(header.Name, header.Value);
        }

        return new ApiClient(options, context, http, await Authorizer.OpenAsync(options.Auth, context, http, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The beginning of all addresses.</summary>
    /// <exception cref="PluginException">Configuration: it is not one, or not safe.</exception>
    public static Uri RootOf(HttpOptions options)
    {
        Need(options.Url, "/url");
        if (options.Auth?.TokenUrl is { } token)
        {
            Need(token, "/auth/tokenUrl");
        }

        return options.Url.Query.Length == 0
            ? new Uri(options.Url.AbsoluteUri.TrimEnd('/') + '/')
            : throw new PluginException(FailureKind.Configuration, "The address has a query. Give its parameters in the streams.") { ConfigurationPath = "/url" };

        static void Need(Uri url, string path)
        {
            if (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            {
                throw new PluginException(FailureKind.Configuration, "This is no address of a server. Give an https: address without user name, password and '#'.") { ConfigurationPath = path };
            }

            if (url.Scheme == "http" && !url.IsLoopback)
            {
                throw new PluginException(FailureKind.Configuration, $"The address of {url.Host} begins with http:, which is not encrypted. Give an https: address.") { ConfigurationPath = path };
            }
        }
    }

    /// <summary>The first page's address.</summary>
    public static Uri AddressOf(HttpOptions options, StreamOptions stream, string place)
    {
        var root = RootOf(options);
        return Uri.TryCreate(root, stream.Path, out var address) && IsBelow(address, root)
            ? address
            : throw new PluginException(FailureKind.Configuration, $"The path of '{stream.Name}' leads away from {root.GetLeftPart(UriPartial.Path)}. Give one below it, without '..'.") { ConfigurationPath = place + "/path", Stream = stream.Name };
    }

    /// <summary>A page.</summary>
    /// <param name="stream">Of which stream.</param>
    /// <param name="cursor">The cursor value to begin at, as the API writes it; null for all.</param>
    /// <param name="place">Where the page is; null for the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ApiPage> GetAsync(ApiStream stream, string? cursor, string? place, CancellationToken cancellationToken)
    {
        var address = Address(stream, cursor, place);
        var name = place is null ? $"The first page of {address.AbsolutePath}" : stream.Pager.IsAddress ? $"A later page of {address.AbsolutePath}" : $"The page '{(place.Length > 100 ? place[..100] : place)}' of {address.AbsolutePath}";
        using var response = await SendAsync(address, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> body;
        try
        {
            body = await Body.ReadAsync(response, _options.MaxPageMegabytes * 1024 * 1024, cancellationToken).ConfigureAwait(false)
                ?? throw ApiPage.Fault(stream, name, $"it is larger than {_options.MaxPageMegabytes} MB. Ask for smaller pages, or raise the limit");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{name} broke off before its end.", error) { Stream = stream.Options.Name };
        }

        var document = Parse(body, stream, name);
        try
        {
            return new ApiPage(document, stream, name)
            {
                Items = ApiPage.RecordsIn(document.RootElement, stream, name),
                LinkNext = LinkHeader.Next(response),
                Hash = Convert.ToHexStringLower(SHA256.HashData(body.Span).AsSpan(0, 8)),
            };
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>Makes of a place what may be kept: the path and query of an address of the same server, without a key.</summary>
    /// <exception cref="PluginException">Data: the place is of another server, or too long.</exception>
    public string Keep(ApiStream stream, ApiPage page, string place)
    {
        if (stream.Pager.IsAddress)
        {
            var current = new Uri(_root, stream.Options.Path);
            if (!Uri.TryCreate(current, place, out var next) || next.GetLeftPart(UriPartial.Authority) != _root.GetLeftPart(UriPartial.Authority))
            {
                throw page.Wrong($"it names a next page that is not at {_root.Authority}. Nothing is asked of other servers");
            }

            place = Without(next, _authorizer.QueryParameter);
        }

        return place.Length <= LongestPlace ? place : throw page.Wrong($"what asks for the next page has {place.Length:N0} characters; at most {LongestPlace:N0} are kept");
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static bool IsBelow(Uri address, Uri root) =>
        address.GetLeftPart(UriPartial.Authority) == root.GetLeftPart(UriPartial.Authority) && address.AbsolutePath.StartsWith(root.AbsolutePath, StringComparison.Ordinal);

    private static string Without(Uri address, string? parameter) => parameter is null || address.Query.Length == 0
        ? address.PathAndQuery
        : address.AbsolutePath + "?" + string.Join('&', address.Query[1..].Split('&').Where(pair => Uri.UnescapeDataString(pair.Split('=')[0].Replace('+', ' ')) != parameter));

    private Uri Address(ApiStream stream, string? cursor, string? place)
    {
        if (place is not null && stream.Pager.IsAddress)
        {
            var next = new Uri(_root, place);
            return next.GetLeftPart(UriPartial.Authority) == _root.GetLeftPart(UriPartial.Authority)
                ? next
                : throw new PluginException(FailureKind.Configuration, $"The bookmark of '{stream.Options.Name}' names another server. Read the stream in full once.") { Stream = stream.Options.Name };
        }

        var parameters = (stream.Options.Query ?? []).AsEnumerable();
        if (stream.Options.Cursor is { } declared && cursor is not null)
        {
            var from = stream.Cursor!.Earlier(cursor, TimeSpan.FromSeconds(declared.LookbackSeconds));
            parameters = parameters.Append(new NamedValue(declared.Parameter, declared.Template.Replace("{cursor}", from, StringComparison.Ordinal)));
        }

        var query = string.Join('&', parameters.Concat(stream.Pager.Ask(place)).Select(pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(pair.Value)}"));
        return new Uri(new Uri(_root, stream.Options.Path), query.Length > 0 ? "?" + query : "");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            await PaceAsync(cancellationToken).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Get, _authorizer.Address(address));
            await _authorizer.ApplyAsync(request, cancellationToken).ConfigureAwait(false);
            var response = await ReachAsync(request, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode == 401 && _authorizer.CanRenew && !again)
            {
                // A token may be taken back before its time.
                response.Dispose();
                _authorizer.Renew();
                continue;
            }

            return response.ThrowIfFailed(_context.Clock, (int)response.StatusCode is 401 or 403 ? "/auth" : "/url");
        }
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{_root.Host} cannot be reached, or broke off.", error);
        }
    }

    private async Task PaceAsync(CancellationToken cancellationToken)
    {
        if (_options.RequestsPerMinute is not { } most)
        {
            return;
        }

        var now = _context.Clock.GetUtcNow();
        if (_next > now)
        {
            await Task.Delay(_next - now, _context.Clock, cancellationToken).ConfigureAwait(false);
        }

        _next = (_next > now ? _next : now) + TimeSpan.FromMinutes(1.0 / most);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body, ApiStream stream, string name)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException error)
        {
            var first = body.Span.TrimStart(" \t\r\n"u8);
            throw first is [(byte)'<', ..]
                ? ApiPage.Fault(stream, name, "the answer is a page for people and not JSON. Is the address that of the API")
                : ApiPage.Fault(stream, name, "the answer is not JSON that can be read", error);
        }
    }
}
