using System.Text.RegularExpressions;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>The form of a plugin's id, <c>publisher.name</c>; the same pattern as in the manifest's schema.</summary>
public static partial class PluginIds
{
    /// <summary>Whether a text is an id. Such a text is also safe as a folder's name.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it is one.</returns>
    public static bool IsId(string? text) => text is { Length: <= 100 } && Pattern().IsMatch(text);

    /// <summary>The publisher's part.</summary>
    /// <param name="id">An id.</param>
    /// <returns>What stands before the dot.</returns>
    public static string PublisherOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Split('.')[0];
    }

    [GeneratedRegex(@"\A[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Pattern();
}
