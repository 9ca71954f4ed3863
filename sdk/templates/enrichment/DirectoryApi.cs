using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>The other side: <c>GET companies/{domain}</c> answers <c>{ "name": "…", "industry": "…", "employees": 12 }</c>, or 404.</summary>
/// <remarks>The host's client waits, retries and honours Retry-After by itself, and reaches declared hosts alone. Nothing of that is done again here.</remarks>
internal sealed class DirectoryApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    private DirectoryApi(HttpClient http, TimeProvider clock) => (_http, _clock) = (http, clock);

    /// <summary>Opens the token and makes a client that sends it.</summary>
    public static async Task<DirectoryApi> ConnectAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var token = await context.Secrets.RevealAsync(options.Token, cancellationToken).ConfigureAwait(false);
        var http = context.Http.CreateClient();

        // Without the slash at its end the last part of the address would be replaced, not followed.
        http.BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + '/');
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new DirectoryApi(http, context.Clock);
    }

    /// <summary>Asks for the company of a domain; null when the directory does not know it.</summary>
    public async Task<Company?> FindAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"companies/{Uri.EscapeDataString(domain)}", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            response.ThrowIfFailed(_clock, "/url");
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, PluginNameJson.Default.Company, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, "The directory's answer is not a company as JSON. Is the address that of the API?", error) { ConfigurationPath = "/url" };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, "The directory's answer broke off before its end.", error);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}
