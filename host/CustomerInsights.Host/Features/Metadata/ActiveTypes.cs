namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Which activity types show that a person was active. Others are told by systems, or done to people. docs/marketers/trends.md shows the same list.</summary>
internal static class ActiveTypes
{
    // Without _ - . and spaces, in small letters.
    private static readonly HashSet<string> s_inactive = new(StringComparer.Ordinal)
    {
        "consent", "consentchanged", "consentupdated", "marketingconsent",
        "reachability", "marketingreachability", "deliverability", "bounce", "emailbounced",
        "list", "listsubscription", "listsubscribed", "listunsubscribed", "subscriptionlist",
        "compliance", "gdpr", "ccpa", "lgpd", "optout",
        "campaignsent", "marketingcampaignsent", "emailsent", "smssent", "pushsent", "messagesent", "emaildelivered",
        "customerdiscovery", "discovery",
    };

    /// <summary>Whether activities of a type count.</summary>
    public static bool IsActive(string name, ActivityTypeDocument type) =>
        type.Active ?? !(s_inactive.Contains(Plain(name)) || type.Fields.Values.Any(field => field.SemanticType == Semantics.MarketingConsent));

    /// <summary>The types of a model that do not count.</summary>
    public static IReadOnlyList<string> Inactive(InsightsModel model) => [.. model.ActivityTypes.Where(pair => !IsActive(pair.Key, pair.Value)).Select(pair => pair.Key)];

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
