using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Graph;

/// <summary>The sign-in: client credentials for tokens whose claims tell what was consented to.</summary>
internal sealed class SignIn(EmulatorOptions options)
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset Until, IReadOnlyList<string> Roles)> _tokens = new(StringComparer.Ordinal);

    /// <summary>What was consented to; may change while it runs.</summary>
    internal IReadOnlyList<string> Roles { get; set; } = options.Roles;

    internal void ExpireAll() => _tokens.Clear();

    /// <summary>The permissions of a request's token, or null where it has none that holds.</summary>
    internal IReadOnlyList<string>? RolesOf(string? authorization) =>
        authorization is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] && _tokens.TryGetValue(token, out var known) && options.Clock.GetUtcNow() < known.Until ? known.Roles : null;

    internal EmulatedAnswer Token(EmulatedRequest request)
    {
        var form = request.Body.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => Decode(pair[0]), pair => Decode(pair[^1]), StringComparer.Ordinal);
        if (request.Method != "POST" || !request.Path.StartsWith($"/{options.Tenant}/", StringComparison.OrdinalIgnoreCase))
        {
            return Refused("invalid_request", 90002, "Tenant not found.", 400);
        }

        if (form.GetValueOrDefault("grant_type") != "client_credentials")
        {
            return Refused("unsupported_grant_type", 70003, "The app requested an unsupported grant type.", 400);
        }

        if (form.GetValueOrDefault("scope")?.EndsWith("/.default", StringComparison.Ordinal) != true)
        {
            return Refused("invalid_scope", 70011, "The provided value for scope is not valid.", 400);
        }

        if (form.GetValueOrDefault("client_id") != options.ClientId)
        {
            return Refused("unauthorized_client", 700016, "Application was not found in the directory.", 400);
        }

        if (form.GetValueOrDefault("client_secret") != options.ClientSecret)
        {
            return Refused("invalid_client", 7000215, "Invalid client secret provided.", 401);
        }

        var token = $"{Part(new JsonObject { ["typ"] = "JWT", ["alg"] = "none" })}.{Part(new JsonObject
        {
            ["aud"] = form["scope"][..^"/.default".Length],
            ["tid"] = options.Tenant,
            ["appid"] = options.ClientId,
            ["roles"] = new JsonArray([.. Roles.Select(role => (JsonNode)role)]),
            ["jti"] = Guid.NewGuid().ToString(),
        })}.c2lnbmF0dXJl";
        _tokens[token] = (options.Clock.GetUtcNow() + options.TokenLife, Roles);
        var life = (int)options.TokenLife.TotalSeconds;
        return EmulatedAnswer.Json(new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = life, ["ext_expires_in"] = life, ["access_token"] = token });
    }

    private static string Part(JsonNode claims) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));

    private static EmulatedAnswer Refused(string error, int code, string description, int status) => EmulatedAnswer.Json(
        new JsonObject { ["error"] = error, ["error_description"] = $"AADSTS{code}: {description}", ["error_codes"] = new JsonArray(code) }, status);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
