using System.Buffers.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Tokens by client credentials.</summary>
internal sealed class TokenService(EngagementSettings settings, HttpClient http, IPluginContext context) : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private string? _token;
    private DateTimeOffset _until;

    /// <summary>A token that holds for a while yet.</summary>
    public async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _token is { } held && context.Clock.GetUtcNow() < _until ? held : _token = await AskAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A token was refused although it should have held; the next call asks for another.</summary>
    /// <param name="refused">The token.</param>
    public void Refuse(string? refused) => Interlocked.CompareExchange(ref _token, null, refused);

    /// <summary>The application permissions in a token's claim <c>roles</c>; none where it cannot be read.</summary>
    public static IReadOnlyList<string> Roles(string token)
    {
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
            return claims.RootElement.TryGetProperty("roles", out var roles) && roles.ValueKind == JsonValueKind.Array
                ? [.. roles.EnumerateArray().Where(role => role.ValueKind == JsonValueKind.String).Select(role => role.GetString()!)]
                : [];
        }
        catch (Exception error) when (error is JsonException or FormatException or IndexOutOfRangeException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        var secret = await context.Secrets.RevealAsync(settings.Secret, cancellationToken).ConfigureAwait(false);
        var address = new Uri(settings.Cloud.SignIn, $"/{settings.Options.Tenant}/oauth2/v2.0/token");
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = settings.Options.ClientId,
                ["client_secret"] = secret,
                ["scope"] = settings.Cloud.Scope,
            }),
        };
        try
        {
            using var response = await http.SendAsync(request.Repeatable(), cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is 400 or 401 or 403)
            {
                throw new PluginException(FailureKind.Authentication, $"{address.Host} does not accept tenant, client id and secret. Check all three, and whether the secret has expired.") { ConfigurationPath = "/clientSecret" };
            }

            response.ThrowIfFailed(context.Clock, "/region");
            if (response.Content.Headers.ContentLength > LargestAnswer)
            {
                throw NoToken(address, null);
            }

            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            if (!answer.RootElement.TryGetProperty("access_token", out var token) || token.ValueKind != JsonValueKind.String)
            {
                throw NoToken(address, null);
            }

            var life = answer.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var given) && given > 0 ? TimeSpan.FromSeconds(given) : TimeSpan.FromMinutes(10);
            _until = context.Clock.GetUtcNow() + (life > Early + Early ? life - Early : life / 2);
            return token.GetString()!;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{address.Host} cannot be reached for signing in, or broke off its answer.", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw NoToken(address, error);
        }
    }

    private static PluginException NoToken(Uri address, Exception? error) =>
        new(FailureKind.Data, $"{address.Host} answers without a token. Is it a sign-in service?", error) { ConfigurationPath = "/region" };
}
