using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>
/// The other side: <c>GET contacts?limit=100&amp;updated_since=…&amp;page=…</c> answers
/// <c>{ "items": [ … ], "next": 2, "total": 250 }</c>, oldest change first; there is no <c>next</c> on the last page.
/// </summary>
/// <remarks>The host's client waits, retries and honours Retry-After by itself, and reaches declared hosts alone. Nothing of that is done again here.</remarks>
internal sealed class ContactsApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    private ContactsApi(HttpClient http, TimeProvider clock) => (_http, _clock) = (http, clock);

    /// <summary>Opens the token and makes a client that sends it.</summary>
    public static async Task<ContactsApi> ConnectAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var token = await context.Secrets.RevealAsync(options.Token, cancellationToken).ConfigureAwait(false);
        var http = context.Http.CreateClient();

        // Without the slash at its end the last part of the address would be replaced, not followed.
        http.BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + '/');
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ContactsApi(http, context.Clock);
    }

    /// <summary>All pages from a moment on, in order.</summary>
    public async IAsyncEnumerable<ContactPage> GetPagesAsync(DateTimeOffset? since, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? next = null;
        do
        {
            var page = await GetPageAsync(since, next, size, cancellationToken).ConfigureAwait(false);
            yield return page;
            next = page.Next;
            if (next is not null && !seen.Add(next))
            {
                throw new PluginException(FailureKind.Data, $"{page.Name} names a next page that was already read; the API would go round in circles.");
            }
        }
        while (next is not null);
    }

    /// <summary>One page.</summary>
    public async Task<ContactPage> GetPageAsync(DateTimeOffset? since, string? page, int size, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"contacts?limit={size}")
            + (since is { } time ? "&updated_since=" + Uri.EscapeDataString(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)) : "")
            + (page is null ? "" : "&page=" + Uri.EscapeDataString(page));
        var path = new Uri(_http.BaseAddress!, "contacts").AbsolutePath;
        var name = page is null ? $"The first page of {path}" : $"The page '{page}' of {path}";
        try
        {
            using var response = (await _http.GetAsync(new Uri(query, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false))
                .ThrowIfFailed(_clock, "/url");
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken).ConfigureAwait(false);
            return ContactPage.Read(name, document.RootElement.Clone());
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, $"{name} is not JSON that can be read. Is the address that of the API?", error) { Stream = Contact.Stream.Name, ConfigurationPath = "/url" };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{name} broke off before its end.", error) { Stream = Contact.Stream.Name };
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
