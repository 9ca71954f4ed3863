using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>Learns the tenant from the server, and gets tokens for it.</summary>
internal sealed class SignInService(DataverseConnection connection, HttpClient http, IPluginContext context) : IDisposable
{
    // The sign-in services of Microsoft's clouds. A secret goes to no other, unless an admin has written it into the settings.
    private static readonly string[] Known = ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Uri? _address;
    private string? _token;
    private DateTimeOffset _until;

    /// <summary>A token that holds for a while yet.</summary>
    /// <param name="refused">A token that was refused although it should have held; null otherwise.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<string> TokenAsync(string? refused, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_token is { } held && held != refused && context.Clock.GetUtcNow() < _until)
            {
                return held;
            }

            _address ??= await FindAsync(cancellationToken).ConfigureAwait(false);
            return _token = await AskAsync(_address, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<Uri> FindAsync(CancellationToken cancellationToken)
    {
        if (connection.TenantId is { } tenant)
        {
            return TokenAddress(connection.SignIn ?? new Uri($"https://{Known[0]}"), tenant);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(connection.Server, DataverseClient.Root + "WhoAmI"));
        using var response = await ReachAsync(request, cancellationToken).ConfigureAwait(false);

        // As it came: the addresses in it are not quoted, so that it is no header value by the book.
        var challenge = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? string.Join(',', values) : "";
        var named = challenge.Split(',', ' ').Select(part => part.Split('=', 2)).FirstOrDefault(pair => pair is ["authorization_uri", _]);
        if ((int)response.StatusCode is >= 500 or 408 or 429)
        {
            throw response.ToPluginException(context.Clock, "/serverAddress");
        }

        if (named is not [_, var text] || !Uri.TryCreate(text.Trim('"'), UriKind.Absolute, out var authority) || authority.Segments is not [_, var first, ..] || !DataverseConnection.IsTenant(first.TrimEnd('/')))
        {
            throw new PluginException(FailureKind.Configuration, $"{connection.Server.Host} does not say which tenant it belongs to. Check the server address, or set the tenant.") { ConfigurationPath = "/serverAddress" };
        }

        if (connection.SignIn is null && (authority.Scheme != "https" || !Known.Contains(authority.Host, StringComparer.OrdinalIgnoreCase)))
        {
            throw new PluginException(FailureKind.Configuration, $"{connection.Server.Host} sends to '{authority.Host}' for signing in, which is not a sign-in service of Microsoft. If it is right, set it as the sign-in address.") { ConfigurationPath = "/signInAddress" };
        }

        return TokenAddress(connection.SignIn ?? authority, first.TrimEnd('/'));
    }

    private async Task<string> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        var secret = await context.Secrets.RevealAsync(connection.ClientSecret, cancellationToken).ConfigureAwait(false);
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = connection.ClientId,
                ["client_secret"] = secret,
                ["scope"] = connection.Server.AbsoluteUri.TrimEnd('/') + "/.default",
            }),
        };
        using var response = await ReachAsync(request.Repeatable(), cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is 400 or 401 or 403)
        {
            throw new PluginException(FailureKind.Authentication, $"{address.Host} does not accept the client id and secret for {connection.Server.Host}. Check both, and whether the secret has expired.") { ConfigurationPath = "/clientSecret" };
        }

        response.ThrowIfFailed(context.Clock, "/signInAddress");
        using var answer = await DataverseClient.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        var root = answer.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("access_token", out var token) || token.ValueKind != JsonValueKind.String)
        {
            throw new PluginException(FailureKind.Data, $"{address.Host} answers without a token. Is it a sign-in service?") { ConfigurationPath = "/signInAddress" };
        }

        var life = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var given) ? TimeSpan.FromSeconds(given) : TimeSpan.FromMinutes(10);
        _until = context.Clock.GetUtcNow() + (life > Early + Early ? life - Early : life / 2);
        return token.GetString()!;
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{request.RequestUri!.Host} cannot be reached for signing in, or broke off its answer.", error);
        }
    }

    private static Uri TokenAddress(Uri service, string tenant) => new(service, $"/{tenant}/oauth2/v2.0/token");
}
