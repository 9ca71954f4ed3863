namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>Ids that stand for nobody: what a page sends whose user is not known. They would make one person of all of them.</summary>
internal static class BlockedIdentities
{
    private static readonly HashSet<string> s_words = new(
        ["null", "undefined", "anonymous", "none", "nil", "n/a", "na", "nan", "guest", "unknown", "true", "false", "-1", "[object object]", "(null)", "<null>"], StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string value)
    {
        var text = value.Trim();
        return text.Length == 0 || s_words.Contains(text) || text.AsSpan().IndexOfAnyExcept("0-.") < 0;
    }
}
