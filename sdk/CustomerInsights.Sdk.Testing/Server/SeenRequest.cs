namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>A request that reached the server.</summary>
/// <param name="Number">Its place since the last reset, from 1.</param>
/// <param name="Method">The verb.</param>
/// <param name="Target">Path and query, as sent.</param>
/// <param name="Headers">By name, whatever its case.</param>
/// <param name="Body">The body as text; empty when there is none.</param>
/// <param name="At">When its head had come, as a timestamp of the system's clock.</param>
internal sealed record SeenRequest(int Number, string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body, long At)
{
    internal string Path => Target.Split('?', 2)[0];

    internal Dictionary<string, string> Query()
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = Target.Split('?', 2) is [_, var given] ? given : "";
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            query[Decode(parts[0])] = parts.Length == 2 ? Decode(parts[1]) : "";
        }

        return query;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
