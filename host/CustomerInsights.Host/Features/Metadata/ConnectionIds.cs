namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The connection that a plugin serves and that owns secrets: a source, an enrichment and an export may have the same name and share nothing.</summary>
internal static class ConnectionIds
{
    public static string OfSource(string name) => Of(DefinitionKinds.Source, name);

    public static string OfExport(string name) => Of(DefinitionKinds.Export, name);

    public static string OfEnrichment(string name) => Of(DefinitionKinds.Enrichment, name);

    public static string OfConnection(string name) => Of(DefinitionKinds.Connection, name);

    /// <summary>Of a definition of any of these kinds.</summary>
    public static string Of(string kind, string name) => $"{kind}/{name}";

    /// <summary>The name of the definition that an id is of.</summary>
    public static string NameOf(string id) => id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
