using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>A user of the directory.</summary>
/// <param name="Id">The id.</param>
/// <param name="Addresses">All addresses.</param>
internal sealed record DirectoryUser(string Id, IReadOnlyList<string> Addresses);

/// <summary>A page.</summary>
/// <typeparam name="T">Of what.</typeparam>
/// <param name="Items">Its items.</param>
/// <param name="Next">The link to the next one, or null.</param>
internal sealed record GraphPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>What Graph says no to, with a status and code that the caller may know.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The error's code.</param>
/// <param name="kind">What it is where the caller does not know it.</param>
/// <param name="message">For people.</param>
internal sealed class GraphRefusal(int status, string code, FailureKind kind, string message) : PluginException(kind, message)
{
    public int Status => status;

    public string Code => code;
}

/// <summary>
/// Graph over the host's network, as far as it is needed: six requests, each a GET of JSON. What the host does not repeat by itself is waited for here, as
/// <c>Retry-After</c> says, whole or fractional. The token goes to Graph's own host alone: a link to another server is not followed.
/// </summary>
internal sealed class GraphReader : IDisposable
{
    private const int PageSize = 500;
    private const int DirectoryPage = 999;
    private const int MostTries = 12;
    private const int MostTokens = 3;
    private const string UserFields = "id,mail,userPrincipalName,proxyAddresses";

    // No subject, no body, no preview: what is not asked for does not come.
    private const string MessageFields = "id,internetMessageId,conversationId,receivedDateTime,sentDateTime,isDraft,from,toRecipients,ccRecipients,bccRecipients";
    private const string MeetingFields = "id,iCalUId,start,end,isCancelled,isAllDay,organizer,attendees";
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly string _root;
    private readonly string _host;

    public GraphReader(EngagementSettings settings, IPluginContext context)
    {
        _context = context;
        _http = context.Http.CreateClient();
        _root = settings.Cloud.Graph.GetLeftPart(UriPartial.Authority);
        _host = settings.Cloud.Graph.Host;
        Tokens = new TokenService(settings, _http, context);
    }

    /// <summary>The tokens.</summary>
    public TokenService Tokens { get; }

    /// <summary>The users who have one of a few addresses.</summary>
    public IAsyncEnumerable<DirectoryUser> UsersAsync(IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        var conditions = addresses.Select(address => address.Replace("'", "''", StringComparison.Ordinal))
            .Select(address => $"mail eq '{address}' or userPrincipalName eq '{address}' or proxyAddresses/any(p:p eq 'smtp:{address}')");

        // Conditions on further addresses are advanced queries of the directory.
        return AllAsync($"users?$filter={Uri.EscapeDataString(string.Join(" or ", conditions))}&$select={UserFields}&$count=true", GraphJson.User, ("ConsistencyLevel", "eventual"), cancellationToken);
    }

    /// <summary>The id of the group with an address, or null.</summary>
    public async Task<string?> GroupAsync(string address, CancellationToken cancellationToken)
    {
        var filter = $"mail eq '{address.Replace("'", "''", StringComparison.Ordinal)}'";
        var found = await PageAsync($"{_root}/v1.0/groups?$filter={Uri.EscapeDataString(filter)}&$select=id,mail", group => GraphJson.Text(group, "id"), null, cancellationToken).ConfigureAwait(false);
        return found.Items is [var first, ..] ? first : null;
    }

    /// <summary>The users of a group and of the groups within it.</summary>
    public IAsyncEnumerable<DirectoryUser> MembersAsync(string group, CancellationToken cancellationToken) =>
        AllAsync($"groups/{Uri.EscapeDataString(group)}/transitiveMembers/microsoft.graph.user?$select={UserFields}&$top={DirectoryPage}", GraphJson.User, null, cancellationToken);

    /// <summary>A page of the headers of messages that were received within a range.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The first instant after.</param>
    /// <param name="next">The link that the page before gave, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<GraphPage<GraphMessage>> MessagesAsync(string user, DateTimeOffset from, DateTimeOffset to, string? next, CancellationToken cancellationToken)
    {
        var filter = $"receivedDateTime ge {Instant(from)} and receivedDateTime lt {Instant(to)}";
        return PageAsync(
            next ?? $"{_root}/v1.0/users/{Uri.EscapeDataString(user)}/messages?$filter={Uri.EscapeDataString(filter)}&$select={MessageFields}&$top={PageSize}",
            GraphJson.Message,
            ("Prefer", "IdType=\"ImmutableId\""),
            cancellationToken);
    }

    /// <summary>A page of the meetings of the default calendar within a range, series expanded; as <see cref="MessagesAsync"/>.</summary>
    public Task<GraphPage<GraphMeeting>> MeetingsAsync(string user, DateTimeOffset from, DateTimeOffset to, string? next, CancellationToken cancellationToken) => PageAsync(
        next ?? $"{_root}/v1.0/users/{Uri.EscapeDataString(user)}/calendarView?startDateTime={Uri.EscapeDataString(Instant(from))}&endDateTime={Uri.EscapeDataString(Instant(to))}&$select={MeetingFields}&$top={PageSize}",
        GraphJson.Meeting,
        ("Prefer", "outlook.timezone=\"UTC\", IdType=\"ImmutableId\""),
        cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        Tokens.Dispose();
        _http.Dispose();
    }

    private async IAsyncEnumerable<T> AllAsync<T>(string path, Func<JsonElement, T> read, (string Name, string Value)? header, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var links = new LinkChain();
        for (var next = $"{_root}/v1.0/{path}"; next is not null;)
        {
            var page = await PageAsync(next, read, header, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            links.Follow(next = page.Next);
        }
    }

    private async Task<GraphPage<T>> PageAsync<T>(string address, Func<JsonElement, T> read, (string Name, string Value)? header, CancellationToken cancellationToken)
    {
        using var page = await SendAsync(address, header, cancellationToken).ConfigureAwait(false);
        try
        {
            var items = page.RootElement.GetProperty("value").EnumerateArray().Select(read).ToList();
            return new GraphPage<T>(items, Checked(GraphJson.Text(page.RootElement, "@odata.nextLink")));
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Unreadable(error);
        }
    }

    private async Task<JsonDocument> SendAsync(string address, (string Name, string Value)? header, CancellationToken cancellationToken)
    {
        var refused = 0;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            var token = await Tokens.TokenAsync(cancellationToken).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (header is { } given)
            {
                request.Headers.TryAddWithoutValidation(given.Name, given.Value);
            }

            try
            {
                using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
                var status = (int)response.StatusCode;
                if (response.IsSuccessStatusCode)
                {
                    return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), default, cancellationToken).ConfigureAwait(false);
                }

                if (status == 401 && refused < MostTokens)
                {
                    // It expired in the middle of the run, or was taken back.
                    refused++;
                    Tokens.Refuse(token);
                    continue;
                }

                if (status is not (408 or 429 or 500 or 502 or 503 or 504 or 509))
                {
                    throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
                }

                wait = response.RetryAfter(_context.Clock) ?? TimeSpan.FromSeconds(Math.Min(120, 1 << attempt));
                if (attempt >= MostTries || wait > LongestWait)
                {
                    throw new PluginException(status == 429 ? FailureKind.RateLimited : FailureKind.Transient, $"{_host} asks for patience ({status}); what was read is kept, and the run goes on from there.") { RetryAfter = wait };
                }
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                wait = TimeSpan.FromSeconds(Math.Min(60, 1 << attempt));
                if (attempt >= MostTries / 2)
                {
                    throw new PluginException(FailureKind.Transient, $"{_host} cannot be reached, or breaks off its answers; what was read is kept.", error);
                }
            }
            catch (JsonException error)
            {
                throw Unreadable(error);
            }

            await Task.Delay(wait, _context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<GraphRefusal> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var code = await CodeAsync(response, cancellationToken).ConfigureAwait(false);
        var said = code.Length > 0 ? $"{status}, {code}" : $"{status}";
        var (kind, message) = status switch
        {
            401 or 403 => (FailureKind.Authentication, $"{_host} refuses ({said}). Check the application's permissions, and policies that keep it from mailboxes."),
            400 => (FailureKind.Data, $"{_host} does not accept a request ({said})."),
            _ => (FailureKind.Permanent, $"{_host} answers as it should not ({said})."),
        };
        return new GraphRefusal(status, code, kind, message);
    }

    // The code alone: a message may hold what nobody should read.
    private static async Task<string> CodeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), default, cancellationToken).ConfigureAwait(false);
            return GraphJson.Text(body.RootElement.GetProperty("error"), "code") is { Length: > 0 and <= 60 } code && code.All(char.IsAsciiLetterOrDigit) ? code : "";
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return "";
        }
    }

    // The address of a next page is taken as it is, but for a server that is another one.
    private string? Checked(string? next) =>
        next is null || (Uri.TryCreate(next, UriKind.Absolute, out var link) && link.GetLeftPart(UriPartial.Authority) == _root)
            ? next
            : throw new PluginException(FailureKind.Data, $"{_host} names a page of another server as the next one; it is not followed.");

    private PluginException Unreadable(Exception error) => new(FailureKind.Data, $"{_host} gives a page that cannot be read as an answer of Graph. Is something in between?", error);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>The links of one chain of pages: one that comes again would never end.</summary>
internal sealed class LinkChain
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Notes a link.</summary>
    /// <exception cref="PluginException">Data: it was followed before.</exception>
    public void Follow(string? next)
    {
        if (next is not null && !_seen.Add(next))
        {
            throw new PluginException(FailureKind.Data, "Graph names as the next page one that was read already.");
        }
    }
}
