using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Shows who asks.</summary>
internal sealed class Authorizer
{
    private static readonly TimeSpan TokenMargin = TimeSpan.FromSeconds(60);
    private const int LargestToken = 256 * 1024;

    private readonly AuthOptions _options;
    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly string _secret;
    private string? _token;
    private DateTimeOffset _until;

    private Authorizer(AuthOptions options, IPluginContext context, HttpClient http, string secret) => (_options, _context, _http, _secret) = (options, context, http, secret);

    /// <summary>The parameter that holds a key; null for none. It is taken out of whatever is kept.</summary>
    public string? QueryParameter => _options is { Kind: "apiKey", In: "query" } ? _options.Name : null;

    /// <summary>Whether another token may help.</summary>
    public bool CanRenew => _options.Kind == "clientCredentials";

    /// <summary>Opens the secret.</summary>
    public static async Task<Authorizer> OpenAsync(AuthOptions? options, IPluginContext context, HttpClient http, CancellationToken cancellationToken)
    {
        options ??= new AuthOptions("none");
        var reference = options.Kind switch
        {
            "basic" => options.Password,
            "bearer" => options.Token,
            "apiKey" => options.Key,
            "clientCredentials" => options.ClientSecret,
            _ => null,
        };
        var secret = reference is null ? "" : await context.Secrets.RevealAsync(reference, cancellationToken).ConfigureAwait(false);
        if (options.Kind is "bearer" or "apiKey" && secret.AsSpan().ContainsAnyExceptInRange('!', '~') && options.In != "query")
        {
            throw new PluginException(FailureKind.Configuration, "The secret has characters that no header can have, such as a space or a line's end. Enter it again.") { ConfigurationPath = options.Kind == "bearer" ? "/auth/token" : "/auth/key" };
        }

        return new Authorizer(options, context, http, secret);
    }

    /// <summary>The address with a key in it, where keys are sent so.</summary>
    public Uri Address(Uri address) => QueryParameter is { } parameter
        ? new Uri($"{address.AbsoluteUri}{(address.Query.Length > 1 ? '&' : address.Query.Length == 1 ? "" : '?')}{Uri.EscapeDataString(parameter)}={Uri.EscapeDataString(_secret)}")
        : address;

    /// <summary>Adds what headers say.</summary>
    public async ValueTask ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        switch (_options.Kind)
        {
            case "basic":
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Pair(_options.User!, _secret));
                break;
            case "bearer":
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _secret);
                break;
            case "apiKey" when _options.In == "header":
                request.Headers.TryAddWithoutValidation(_options.Name!, _secret);
                break;
            case "clientCredentials":
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken).ConfigureAwait(false));
                break;
        }
    }

    /// <summary>The token is not taken: the next request asks for another.</summary>
    public void Renew() => _token = null;

    private async ValueTask<string> TokenAsync(CancellationToken cancellationToken)
    {
        if (_token is { } known && _context.Clock.GetUtcNow() < _until)
        {
            return known;
        }

        var asked = _context.Clock.GetUtcNow();
        using var request = Ask();
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is 400 or 401 or 403)
        {
            throw new PluginException(FailureKind.Authentication, string.Create(CultureInfo.InvariantCulture, $"{_options.TokenUrl!.Host} gives no token: it answered {(int)response.StatusCode}. Check client id, client secret and scope.")) { ConfigurationPath = "/auth" };
        }

        response.ThrowIfFailed(_context.Clock, "/auth/tokenUrl");
        (_token, var lasts) = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        _until = asked + lasts - TokenMargin;
        return _token;
    }

    private HttpRequestMessage Ask()
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (_options.CredentialsIn != "header")
        {
            form.Add(new("client_id", _options.ClientId!));
            form.Add(new("client_secret", _secret));
        }

        if (_options.Scope is { Length: > 0 } scope)
        {
            form.Add(new("scope", scope));
        }

        if (_options.Audience is { Length: > 0 } audience)
        {
            form.Add(new("audience", audience));
        }

        var request = new HttpRequestMessage(HttpMethod.Post, _options.TokenUrl) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_options.CredentialsIn == "header")
        {
            // RFC 6749, 2.3.1: both are form-encoded before they are joined.
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Pair(Uri.EscapeDataString(_options.ClientId!), Uri.EscapeDataString(_secret)));
        }

        // Asking for a token twice does no harm.
        return request.Repeatable();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{_options.TokenUrl!.Host} cannot be reached, or broke off.", error);
        }
    }

    private async Task<(string Token, TimeSpan Lasts)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await Body.ReadAsync(response, LargestToken, cancellationToken).ConfigureAwait(false)
                ?? throw new JsonException("It is too large."));
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("access_token", out var token) && token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 0 } text && !text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                var lasts = root.TryGetProperty("expires_in", out var seconds) && double.TryParse(seconds.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 0, 86_400) : 300;
                return (text, TimeSpan.FromSeconds(lasts));
            }

            throw new JsonException("It holds no token.");
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, $"{_options.TokenUrl!.Host} answers without an 'access_token'. Check the token address.", error) { ConfigurationPath = "/auth/tokenUrl" };
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{_options.TokenUrl!.Host} broke off its answer.", error);
        }
    }

    private static string Pair(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
