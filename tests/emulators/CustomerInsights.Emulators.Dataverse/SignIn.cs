using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>The sign-in: client credentials for tokens, in the forms of v1 (resource) and v2 (scope).</summary>
internal sealed class SignIn(EmulatorOptions options)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);

    internal void ExpireAll() => _tokens.Clear();

    internal bool Knows(string? authorization) =>
        authorization is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] && _tokens.TryGetValue(token, out var until) && options.Clock.GetUtcNow() < until;

    /// <summary>401 with the address from which the tenant can be told.</summary>
    internal EmulatedAnswer Challenge(Uri address) => EmulatedAnswer.Error(401, "0x80072560", "The user is not a member of the organization, or the token is not valid.") with
    {
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["WWW-Authenticate"] = $"Bearer authorization_uri={new Uri(address, $"{options.Tenant}/oauth2/authorize")}, resource_id={address}",
        },
    };

    internal EmulatedAnswer Token(EmulatedRequest request)
    {
        var form = request.Body.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => Decode(pair[0]), pair => Decode(pair[^1]), StringComparer.Ordinal);
        var second = request.Path.EndsWith("/oauth2/v2.0/token", StringComparison.OrdinalIgnoreCase);
        if (request.Method != "POST" || !request.Path.StartsWith($"/{options.Tenant}/oauth2/", StringComparison.OrdinalIgnoreCase))
        {
            return Refused("invalid_request", "AADSTS90002: Tenant not found.");
        }

        if (form.GetValueOrDefault("grant_type") != "client_credentials")
        {
            return Refused("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.");
        }

        if (second ? form.GetValueOrDefault("scope")?.EndsWith("/.default", StringComparison.Ordinal) != true : !form.ContainsKey("resource"))
        {
            return Refused("invalid_scope", "AADSTS70011: The provided value for scope or resource is not valid.");
        }

        if (form.GetValueOrDefault("client_id") != options.ClientId || form.GetValueOrDefault("client_secret") != options.ClientSecret)
        {
            return Refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401);
        }

        var token = Convert.ToHexString(Guid.NewGuid().ToByteArray());
        _tokens[token] = options.Clock.GetUtcNow() + options.TokenLife;
        return EmulatedAnswer.Json(new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = (int)options.TokenLife.TotalSeconds, ["access_token"] = token });
    }

    private static EmulatedAnswer Refused(string error, string description, int status = 400) =>
        EmulatedAnswer.Json(new JsonObject { ["error"] = error, ["error_description"] = description }, status);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
