namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Where Graph and the sign-in are. Tokens of one cloud are worth nothing in another.</summary>
/// <param name="Name">The region's name in settings.</param>
/// <param name="Graph">The root of Graph.</param>
/// <param name="SignIn">The token authority.</param>
internal sealed record Cloud(string Name, Uri Graph, Uri SignIn)
{
    private static readonly (string Name, string Graph, string SignIn)[] s_all =
    [
        ("global", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("europe", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("northAmerica", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("unitedKingdom", "https://graph.microsoft.com", "https://login.microsoftonline.com"),
        ("usGovL4", "https://graph.microsoft.us", "https://login.microsoftonline.us"),
        ("usGovL5", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    ];

    /// <summary>All names.</summary>
    public static IEnumerable<string> Regions => s_all.Select(one => one.Name);

    /// <summary>The scope of tokens.</summary>
    public string Scope => Graph.GetLeftPart(UriPartial.Authority) + "/.default";

    /// <summary>A cloud by name.</summary>
    public static Cloud? Find(string name) => s_all.Where(one => one.Name == name).Select(one => new Cloud(one.Name, new Uri(one.Graph), new Uri(one.SignIn))).FirstOrDefault();
}
