using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>Which versions a block names: <c>*</c>, <c>1.2.3</c>, <c>[1.0.0,2.0.0)</c> or, with both ends in, <c>[1.0.0,1.2.3]</c>.</summary>
public static class VersionSpan
{
    /// <summary>Whether a version is named. A text that cannot be understood names every version: a block must not be lost to a slip.</summary>
    /// <param name="span">The text.</param>
    /// <param name="version">The version.</param>
    /// <returns>True when it is.</returns>
    public static bool Names(string span, SemanticVersion version)
    {
        ArgumentNullException.ThrowIfNull(span);
        if (SemanticVersion.TryParse(span, out var exact))
        {
            return exact.CompareTo(version) == 0;
        }

        if (span.Length > 2 && span[0] == '[' && span[1..^1].Split(',') is [var lower, var upper]
            && SemanticVersion.TryParse(lower, out var from) && SemanticVersion.TryParse(upper, out var to))
        {
            return version >= from && (span[^1] == ']' ? version <= to : version < to);
        }

        return true;
    }
}
