namespace CustomerInsights.Connectors.Postgres;

/// <summary>Names in statements. Values are never written into them: they are parameters.</summary>
internal static class Sql
{
    /// <summary>A name as an identifier, whatever it holds.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A table's full name.</summary>
    public static string Name(string schema, string table) => $"{Name(schema)}.{Name(table)}";
}
