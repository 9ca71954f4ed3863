namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The connection that a plugin serves and that owns secrets: a source and an export may have the same name and share nothing.</summary>
internal static class ConnectionIds
{
    public static string OfSource(string name) => Of(DefinitionKinds.Source, name);

    public static string OfExport(string name) => Of(DefinitionKinds.Export, name);

    /// <summary>Of a definition of either kind.</summary>
    public static string Of(string kind, string name) => $"{kind}/{name}";
}
