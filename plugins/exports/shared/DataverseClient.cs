using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>What a write gave.</summary>
/// <param name="Body">The body, or null.</param>
/// <param name="RowId">The id of a new row, or null.</param>
internal sealed record Written(JsonElement? Body, Guid? RowId);

/// <summary>The Web API: reads and writes at the pace that the service allows.</summary>
/// <remarks>
/// The host's client repeats reads by itself. A write is not marked as repeatable: adding a member twice is not known to be harmless. A write that
/// was refused by a limit was not done and is sent again here; one whose answer was lost is told as <see cref="LostAnswerException"/>.
/// </remarks>
internal sealed class DataverseClient : IDisposable
{
    /// <summary>The path of the Web API.</summary>
    public const string Root = "/api/data/v9.2/";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly DataverseConnection _connection;
    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly SignInService _signIn;

    public DataverseClient(DataverseConnection connection, IPluginContext context)
    {
        (_connection, _context) = (connection, context);
        _http = context.Http.CreateClient();
        _signIn = new SignInService(connection, _http, context);
        Pace = new Pace(context.Clock);
    }

    /// <summary>How fast it goes now.</summary>
    public Pace Pace { get; }

    /// <summary>Who is signed in; the test of a connection.</summary>
    public async Task<Guid> WhoAmIAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync("WhoAmI", cancellationToken).ConfigureAwait(false);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("UserId", out var id) && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var user)
            ? user
            : throw new PluginException(FailureKind.Data, $"{_connection.Server.Host} does not say who is signed in. Is it the address of a Dynamics 365 organisation?") { ConfigurationPath = "/serverAddress" };
    }

    /// <summary>Reads one thing.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, new Uri(_connection.Server, Root + path), null, cancellationToken).ConfigureAwait(false)).Body
        ?? throw Unreadable(path);

    /// <summary>Reads one page of rows.</summary>
    /// <param name="link">Below the root, or an address that an answer named.</param>
    /// <param name="prefer">What is preferred of the answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PluginException">Data: it leads to another server, or gives something else than rows.</exception>
    public async Task<JsonElement> GetPageAsync(string link, string prefer, CancellationToken cancellationToken)
    {
        var address = new Uri(new Uri(_connection.Server, Root), link);
        if (address.GetLeftPart(UriPartial.Authority) != _connection.Server.GetLeftPart(UriPartial.Authority))
        {
            throw new PluginException(FailureKind.Data, $"{_connection.Server.Host} names as the next page one of another server.");
        }

        var page = (await SendAsync(HttpMethod.Get, address, null, cancellationToken, prefer).ConfigureAwait(false)).Body ?? throw Unreadable(address.AbsolutePath);
        return page.ValueKind == JsonValueKind.Object && page.TryGetProperty("value", out var rows) && rows.ValueKind == JsonValueKind.Array ? page : throw Unreadable(address.AbsolutePath);
    }

    /// <summary>Reads all rows, page by page.</summary>
    public async IAsyncEnumerable<JsonElement> RowsAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = new Uri(_connection.Server, Root + path); next is not null;)
        {
            if (!seen.Add(next.AbsoluteUri) || next.GetLeftPart(UriPartial.Authority) != _connection.Server.GetLeftPart(UriPartial.Authority))
            {
                throw new PluginException(FailureKind.Data, $"{_connection.Server.Host} names as the next page of {next.AbsolutePath} one that was read already, or one of another server.");
            }

            var page = (await SendAsync(HttpMethod.Get, next, null, cancellationToken).ConfigureAwait(false)).Body ?? throw Unreadable(path);
            if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("value", out var rows) || rows.ValueKind != JsonValueKind.Array)
            {
                throw Unreadable(next.AbsolutePath);
            }

            foreach (var row in rows.EnumerateArray())
            {
                yield return row;
            }

            next = page.TryGetProperty("@odata.nextLink", out var link) && link.ValueKind == JsonValueKind.String ? new Uri(_connection.Server, link.GetString()!) : null;
        }
    }

    /// <summary>Writes.</summary>
    /// <param name="path">Below the root.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellationToken">Ends it; it may have been done.</param>
    /// <exception cref="DataverseRefusal">It says no, and nothing was done.</exception>
    /// <exception cref="LostAnswerException">It may have been done or not.</exception>
    public Task<Written> PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, new Uri(_connection.Server, Root + path), body, cancellationToken);

    /// <summary>Changes a row; as <see cref="PostAsync"/>.</summary>
    public Task<Written> PatchAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, new Uri(_connection.Server, Root + path), body, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _signIn.Dispose();
        _http.Dispose();
    }

    /// <summary>Reads a body as JSON, or says that it is none.</summary>
    internal static async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = body.ConfigureAwait(false);
        try
        {
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, $"{response.RequestMessage?.RequestUri?.Host} answers {response.RequestMessage?.RequestUri?.AbsolutePath} with something that is not JSON. Check the address.", error) { ConfigurationPath = "/serverAddress" };
        }
    }

    private async Task<Written> SendAsync(HttpMethod method, Uri address, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken, string prefer = "odata.maxpagesize=5000")
    {
        string? refusedToken = null;
        var waited = TimeSpan.Zero;
        while (true)
        {
            var token = await _signIn.TokenAsync(refusedToken, cancellationToken).ConfigureAwait(false);
            await Pace.EnterAsync(cancellationToken).ConfigureAwait(false);
            var good = false;
            try
            {
                using var request = Make(method, address, body, token, prefer);
                using var response = await ReachAsync(request, cancellationToken).ConfigureAwait(false);
                good = response.IsSuccessStatusCode;
                if ((int)response.StatusCode == 429)
                {
                    var asked = await LaterAsync(response, cancellationToken).ConfigureAwait(false);
                    if (asked > LongestWait || (waited += asked) > LongestWait)
                    {
                        throw response.ToPluginException(_context.Clock);
                    }
                }
                else if ((int)response.StatusCode == 401 && refusedToken is null)
                {
                    refusedToken = token;
                }
                else
                {
                    return good ? await ReadWrittenAsync(request, response, cancellationToken).ConfigureAwait(false)
                        : throw await RefusalAsync(request, response, cancellationToken).ConfigureAwait(false);
                }
            }
            finally
            {
                Pace.Leave(good);
            }
        }
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or PluginException { Kind: FailureKind.Transient })
        {
            throw request.Method == HttpMethod.Get
                ? new PluginException(FailureKind.Transient, $"{_connection.Server.Host} cannot be reached, or broke off its answer.", error)
                : new LostAnswerException($"{_connection.Server.Host} broke off before it answered a write.", error);
        }
    }

    // How long the service wants to be left alone; everybody waits, not this request alone.
    private async Task<TimeSpan> LaterAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var asked = response.RetryAfter(_context.Clock) ?? TimeSpan.FromSeconds(5);
        var code = await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
        Pace.SlowDown(asked < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : asked, smaller: code == "0x80072321");
        return asked;
    }

    private static async Task<Written> ReadWrittenAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Guid? row = response.Headers.TryGetValues("OData-EntityId", out var values) && values.First() is var named && named.LastIndexOf('(') is >= 0 and var open
            && Guid.TryParse(named.AsSpan(open + 1).TrimEnd(')'), out var id) ? id : null;
        if (response.StatusCode == System.Net.HttpStatusCode.NoContent || (request.Method != HttpMethod.Get && response.Content.Headers.ContentLength == 0))
        {
            return new Written(null, row);
        }

        using var document = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        return new Written(document.RootElement.Clone(), row);
    }

    private async Task<PluginException> RefusalAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var told = response.ToPluginException(_context.Clock, (int)response.StatusCode is 404 && request.Method == HttpMethod.Get ? "/serverAddress" : null);
        if ((int)response.StatusCode is 408 or >= 500)
        {
            return request.Method == HttpMethod.Get ? told : new LostAnswerException(told.Message);
        }

        // The message may quote what was sent; the code says enough, and is safe to show.
        var code = await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
        var hint = (int)response.StatusCode is 401 or 403 ? " The application needs an application user with a security role in this environment." : "";
        return new DataverseRefusal(told.Kind, $"{told.Message}{(code is null ? "" : $" Dataverse gives the code {code}.")}{hint}", (int)response.StatusCode, code);
    }

    private static async Task<string?> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.String && code.GetString() is { Length: > 0 and <= 20 } text
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                ? text : null;
        }
        catch (Exception error) when (error is PluginException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static HttpRequestMessage Make(HttpMethod method, Uri address, ReadOnlyMemory<byte>? body, string token, string prefer)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add("OData-MaxVersion", "4.0");
        request.Headers.Add("OData-Version", "4.0");
        request.Headers.TryAddWithoutValidation("If-None-Match", "null");
        if (body is { } json)
        {
            request.Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Prefer", prefer);
        }

        return request;
    }

    private PluginException Unreadable(string path) =>
        new(FailureKind.Data, $"{_connection.Server.Host} answers {path.Split('?')[0]} with something else than rows. Is it the address of a Dynamics 365 organisation?") { ConfigurationPath = "/serverAddress" };
}
