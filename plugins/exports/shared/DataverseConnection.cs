using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>Where an organisation is and who signs in there.</summary>
/// <param name="Server">The organisation's address, without a path.</param>
/// <param name="ClientId">The application.</param>
/// <param name="ClientSecret">Its secret: a name, opened when a token is asked for.</param>
/// <param name="TenantId">The tenant; null to learn it from the server.</param>
/// <param name="SignIn">The sign-in service; null for the one that the server names, if it is one of Microsoft's.</param>
internal sealed record DataverseConnection(Uri Server, string ClientId, SecretReference ClientSecret, string? TenantId, Uri? SignIn)
{
    /// <summary>Reads the addresses, and refuses those that would send secrets in the clear.</summary>
    public static DataverseConnection Of(Uri server, string clientId, SecretReference secret, string? tenant, Uri? signIn)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (string.IsNullOrWhiteSpace(clientId))
        {
            throw Wrong("The client id is empty. Give the application (client) id of the app registration.", "/clientId");
        }

        if (tenant is { Length: > 0 } && !IsTenant(tenant))
        {
            throw Wrong($"'{tenant}' is not a tenant. Give its id or domain, or nothing: the server is asked then.", "/tenantId");
        }

        return new DataverseConnection(
            Origin(server, "/serverAddress", "https://contoso.crm4.dynamics.com"),
            clientId.Trim(),
            secret,
            string.IsNullOrEmpty(tenant) ? null : tenant,
            signIn is null ? null : Origin(signIn, "/signInAddress", "https://login.microsoftonline.com"));
    }

    /// <summary>Whether a text can stand for a tenant in an address.</summary>
    public static bool IsTenant(string text) => text.Length is > 0 and <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    private static Uri Origin(Uri address, string path, string example)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0)
        {
            throw Wrong($"'{(address.IsAbsoluteUri ? address.Host : address.OriginalString)}' is not an address. Give one such as {example}.", path);
        }

        // Plain HTTP would show the secret and the token to everybody on the way.
        return address.Scheme == "https" || address.IsLoopback
            ? new Uri(address.GetLeftPart(UriPartial.Authority))
            : throw Wrong($"The address of '{address.Host}' begins with http:. Give it with https:.", path);
    }

    private static PluginException Wrong(string message, string path) => new(FailureKind.Configuration, message) { ConfigurationPath = path };
}
