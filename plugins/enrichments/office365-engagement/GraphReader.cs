using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;

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
/// <param name="error">The cause.</param>
internal sealed class GraphRefusal(int status, string code, FailureKind kind, string message, Exception error) : PluginException(kind, message, error)
{
    public int Status => status;

    public string Code => code;
}

/// <summary>
/// Graph by Microsoft's client, over the host's network. The client's own retries are not there, since its handlers are not: the host repeats what
/// may be repeated, and what is left is waited for here, as <c>Retry-After</c> says, whole or fractional.
/// </summary>
internal sealed class GraphReader : IDisposable
{
    private const int PageSize = 500;
    private const int DirectoryPage = 999;
    private const int MostTries = 12;
    private const int MostTokens = 3;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly string[] s_userFields = ["id", "mail", "userPrincipalName", "proxyAddresses"];

    // No subject, no body, no preview: what is not asked for does not come.
    private static readonly string[] s_messageFields = ["id", "internetMessageId", "conversationId", "receivedDateTime", "sentDateTime", "isDraft", "from", "toRecipients", "ccRecipients", "bccRecipients"];
    private static readonly string[] s_eventFields = ["id", "iCalUId", "start", "end", "isCancelled", "isAllDay", "organizer", "attendees"];

    private readonly EngagementSettings _settings;
    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly GraphServiceClient _client;

    public GraphReader(EngagementSettings settings, IPluginContext context)
    {
        (_settings, _context) = (settings, context);
        _http = context.Http.CreateClient();
        Tokens = new TokenService(settings, _http, context);

        // The version belongs to the base address; the client builds batches and links on it.
        _client = new GraphServiceClient(_http, new BaseBearerTokenAuthenticationProvider(Tokens), settings.Cloud.Graph.GetLeftPart(UriPartial.Authority) + "/v1.0");
        _client.RequestAdapter.EnableBackingStore(new PlainStore.Factory());
    }

    /// <summary>The tokens.</summary>
    public TokenService Tokens { get; }

    /// <summary>The users who have one of a few addresses.</summary>
    public async IAsyncEnumerable<DirectoryUser> UsersAsync(IReadOnlyList<string> addresses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var conditions = addresses.Select(address => address.Replace("'", "''", StringComparison.Ordinal))
            .Select(address => $"mail eq '{address}' or userPrincipalName eq '{address}' or proxyAddresses/any(p:p eq 'smtp:{address}')");
        var filter = string.Join(" or ", conditions);
        await foreach (var user in AllAsync(
            (next, token) => next is null
                ? _client.Users.GetAsync(
                    request =>
                    {
                        request.QueryParameters.Filter = filter;
                        request.QueryParameters.Select = s_userFields;
                        request.QueryParameters.Count = true;
                        request.Headers.Add("ConsistencyLevel", "eventual");
                    },
                    token)
                : _client.Users.WithUrl(next).GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), token),
            page => (page.Value, page.OdataNextLink),
            cancellationToken).ConfigureAwait(false))
        {
            yield return Of(user);
        }
    }

    /// <summary>The id of the group with an address, or null.</summary>
    public async Task<string?> GroupAsync(string address, CancellationToken cancellationToken)
    {
        var found = await SendAsync(
            token => _client.Groups.GetAsync(
                request =>
                {
                    request.QueryParameters.Filter = $"mail eq '{address.Replace("'", "''", StringComparison.Ordinal)}'";
                    request.QueryParameters.Select = ["id", "mail"];
                },
                token),
            cancellationToken).ConfigureAwait(false);
        return found.Value?.FirstOrDefault()?.Id;
    }

    /// <summary>The users of a group and of the groups within it.</summary>
    public async IAsyncEnumerable<DirectoryUser> MembersAsync(string group, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The cast by its full name, as the description has it; the client would take the short one.
        var members = _client.Groups[group].TransitiveMembers.GraphUser;
        var first = $"{_settings.Cloud.Graph.GetLeftPart(UriPartial.Authority)}/v1.0/groups/{Uri.EscapeDataString(group)}/transitiveMembers/microsoft.graph.user?%24select={string.Join(',', s_userFields)}&%24top={DirectoryPage}";
        await foreach (var user in AllAsync(
            (next, token) => members.WithUrl(next ?? first).GetAsync(cancellationToken: token),
            page => (page.Value, page.OdataNextLink),
            cancellationToken).ConfigureAwait(false))
        {
            yield return Of(user);
        }
    }

    /// <summary>A page of the headers of messages that were received within a range.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="from">The first instant.</param>
    /// <param name="to">The first instant after.</param>
    /// <param name="next">The link that the page before gave, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<GraphPage<Message>> MessagesAsync(string user, DateTimeOffset from, DateTimeOffset to, string? next, CancellationToken cancellationToken)
    {
        var messages = _client.Users[user].Messages;
        var page = await SendAsync(
            token => next is null
                ? messages.GetAsync(
                    request =>
                    {
                        request.QueryParameters.Filter = $"receivedDateTime ge {Instant(from)} and receivedDateTime lt {Instant(to)}";
                        request.QueryParameters.Select = s_messageFields;
                        request.QueryParameters.Top = PageSize;
                        request.Headers.Add("Prefer", "IdType=\"ImmutableId\"");
                    },
                    token)
                : messages.WithUrl(next).GetAsync(request => request.Headers.Add("Prefer", "IdType=\"ImmutableId\""), token),
            cancellationToken).ConfigureAwait(false);
        return new GraphPage<Message>(page.Value ?? [], Checked(page.OdataNextLink));
    }

    /// <summary>A page of the meetings of the default calendar within a range, series expanded; as <see cref="MessagesAsync"/>.</summary>
    public async Task<GraphPage<Event>> MeetingsAsync(string user, DateTimeOffset from, DateTimeOffset to, string? next, CancellationToken cancellationToken)
    {
        var calendar = _client.Users[user].CalendarView;
        var page = await SendAsync(
            token => next is null
                ? calendar.GetAsync(
                    request =>
                    {
                        request.QueryParameters.StartDateTime = Instant(from);
                        request.QueryParameters.EndDateTime = Instant(to);
                        request.QueryParameters.Select = s_eventFields;
                        request.QueryParameters.Top = PageSize;
                        request.Headers.Add("Prefer", "outlook.timezone=\"UTC\", IdType=\"ImmutableId\"");
                    },
                    token)
                : calendar.WithUrl(next).GetAsync(request => request.Headers.Add("Prefer", "outlook.timezone=\"UTC\", IdType=\"ImmutableId\""), token),
            cancellationToken).ConfigureAwait(false);
        return new GraphPage<Event>(page.Value ?? [], Checked(page.OdataNextLink));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        Tokens.Dispose();
        _http.Dispose();
    }

    private async IAsyncEnumerable<TItem> AllAsync<TPage, TItem>(
        Func<string?, CancellationToken, Task<TPage?>> ask, Func<TPage, (List<TItem>? Items, string? Next)> open, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TPage : class
    {
        var links = new LinkChain();
        string? next = null;
        do
        {
            var link = next;
            var (items, following) = open(await SendAsync(token => ask(link, token), cancellationToken).ConfigureAwait(false));
            foreach (var item in items ?? [])
            {
                yield return item;
            }

            next = Checked(following);
            links.Follow(next);
        }
        while (next is not null);
    }

    private async Task<T> SendAsync<T>(Func<CancellationToken, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var refused = 0;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            var held = Tokens.Held;
            try
            {
                return await ask(cancellationToken).ConfigureAwait(false) ?? throw Unreadable(null);
            }
            catch (ApiException error) when (error.ResponseStatusCode == 401 && refused < MostTokens)
            {
                // It expired in the middle of the run, or was taken back.
                refused++;
                Tokens.Refuse(held ?? Tokens.Held);
                continue;
            }
            catch (ApiException error) when (error.ResponseStatusCode is 408 or 429 or 500 or 502 or 503 or 504 or 509)
            {
                wait = Wait(error, attempt);
                if (attempt >= MostTries || wait > LongestWait)
                {
                    throw new PluginException(error.ResponseStatusCode == 429 ? FailureKind.RateLimited : FailureKind.Transient, $"{_settings.Cloud.Graph.Host} asks for patience ({error.ResponseStatusCode}); what was read is kept, and the run goes on from there.", error) { RetryAfter = wait };
                }
            }
            catch (ApiException error)
            {
                throw Refusal(error);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                wait = TimeSpan.FromSeconds(Math.Min(60, 1 << attempt));
                if (attempt >= MostTries / 2)
                {
                    throw new PluginException(FailureKind.Transient, $"{_settings.Cloud.Graph.Host} cannot be reached, or breaks off its answers; what was read is kept.", error);
                }
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
            {
                throw Unreadable(error);
            }

            await Task.Delay(wait, _context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // The client's own type knows whole seconds alone; Graph writes fractions as well.
    private static TimeSpan Wait(ApiException error, int attempt)
    {
        var told = error.ResponseHeaders?.FirstOrDefault(header => string.Equals(header.Key, "Retry-After", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
        return double.TryParse(told, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 365 * 86_400d))
            : TimeSpan.FromSeconds(Math.Min(120, 1 << attempt));
    }

    private GraphRefusal Refusal(ApiException error)
    {
        var code = (error as ODataError)?.Error?.Code ?? "";
        var host = _settings.Cloud.Graph.Host;
        var said = code.Length is > 0 and <= 60 && code.All(char.IsAsciiLetterOrDigit) ? $"{error.ResponseStatusCode}, {code}" : $"{error.ResponseStatusCode}";
        var (kind, message) = error.ResponseStatusCode switch
        {
            401 or 403 => (FailureKind.Authentication, $"{host} refuses ({said}). Check the application's permissions, and policies that keep it from mailboxes."),
            400 => (FailureKind.Data, $"{host} does not accept a request ({said})."),
            _ => (FailureKind.Permanent, $"{host} answers as it should not ({said})."),
        };
        return new GraphRefusal(error.ResponseStatusCode, code, kind, message, error);
    }

    // The address of a next page is taken as it is, but for a server that is another one.
    private string? Checked(string? next) =>
        next is null || (Uri.TryCreate(next, UriKind.Absolute, out var link) && link.GetLeftPart(UriPartial.Authority) == _settings.Cloud.Graph.GetLeftPart(UriPartial.Authority))
            ? next
            : throw new PluginException(FailureKind.Data, $"{_settings.Cloud.Graph.Host} names a page of another server as the next one; it is not followed.");

    private PluginException Unreadable(Exception? error) => new(FailureKind.Data, $"{_settings.Cloud.Graph.Host} gives a page that cannot be read as an answer of Graph. Is something in between?", error);

    private static DirectoryUser Of(User user) => new(
        user.Id ?? "",
        [.. new[] { user.Mail, user.UserPrincipalName }.Concat((user.ProxyAddresses ?? []).Where(proxy => proxy.StartsWith("smtp:", StringComparison.OrdinalIgnoreCase)).Select(proxy => proxy[5..]))
            .Select(Addresses.Normal).OfType<string>().Distinct(StringComparer.Ordinal)]);

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
