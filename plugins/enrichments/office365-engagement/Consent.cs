using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Which permissions are needed, and which an administrator of the tenant has consented to.</summary>
internal static class Consent
{
    // The first of each is the smallest; the others include it.
    private static readonly string[] s_mail = ["Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"];
    private static readonly string[] s_calendars = ["Calendars.Read", "Calendars.ReadWrite"];
    private static readonly string[] s_users = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
    private static readonly string[] s_groups = ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

    /// <summary>What is missing, by its smallest name.</summary>
    /// <param name="roles">The token's.</param>
    /// <param name="withGroups">Whether groups have to be resolved.</param>
    public static IReadOnlyList<string> Missing(IReadOnlyList<string> roles, bool withGroups)
    {
        string[][] needed = withGroups ? [s_mail, s_calendars, s_users, s_groups] : [s_mail, s_calendars, s_users];
        return [.. needed.Where(oneOf => !oneOf.Any(role => roles.Contains(role, StringComparer.OrdinalIgnoreCase))).Select(oneOf => oneOf[0])];
    }

    /// <summary>Permissions that give the application more than it needs: to read bodies, or to write.</summary>
    public static IReadOnlyList<string> TooMuch(IReadOnlyList<string> roles) =>
        [.. roles.Where(role => role.StartsWith("Mail.", StringComparison.OrdinalIgnoreCase) && !role.StartsWith("Mail.ReadBasic", StringComparison.OrdinalIgnoreCase))
            .Concat(roles.Where(role => role.StartsWith("Calendars.ReadWrite", StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal)];

    /// <summary>Where an administrator of the tenant consents.</summary>
    public static Uri Address(EngagementSettings settings) =>
        new(settings.Cloud.SignIn, $"/{settings.Options.Tenant}/adminconsent?client_id={Uri.EscapeDataString(settings.Options.ClientId)}");

    /// <summary>Says what is missing and where to consent.</summary>
    /// <exception cref="PluginException">Authentication: something is missing.</exception>
    public static void Require(IReadOnlyList<string> roles, EngagementSettings settings)
    {
        if (Missing(roles, settings.Groups.Count > 0) is { Count: > 0 } missing)
        {
            throw new PluginException(
                FailureKind.Authentication,
                $"The consent of an administrator of the tenant is missing for {string.Join(", ", missing)}. Add {(missing.Count == 1 ? "this application permission" : "these application permissions")} to the app registration and let an administrator open {Address(settings)} .")
            {
                ConfigurationPath = "/clientId",
            };
        }
    }
}
