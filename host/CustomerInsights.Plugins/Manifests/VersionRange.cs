namespace CustomerInsights.Plugins.Manifests;

/// <summary>A half-open interval of versions, <c>[1.0.0,2.0.0)</c>: the lower bound is in, the upper is out.</summary>
/// <param name="Lower">The lowest version that is in.</param>
/// <param name="Upper">The first version that is out; null for no end.</param>
public sealed record VersionRange(SemanticVersion Lower, SemanticVersion? Upper)
{
    /// <summary>Reads a range.</summary>
    /// <param name="text">The text; the manifest's schema has accepted its form.</param>
    /// <returns>The range.</returns>
    /// <exception cref="FormatException">It is not one.</exception>
    public static VersionRange Parse(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(')') && text[1..^1].Split(',') is [var lower, var upper]
            && SemanticVersion.TryParse(lower, out var from))
        {
            if (upper.Length == 0)
            {
                return new(from, null);
            }

            if (SemanticVersion.TryParse(upper, out var to) && from < to)
            {
                return new(from, to);
            }
        }

        throw new FormatException($"'{text}' is not a half-open range such as [1.0.0,2.0.0).");
    }

    /// <summary>Whether a version is in the range.</summary>
    /// <param name="version">The version.</param>
    /// <returns>True when lower &lt;= version &lt; upper.</returns>
    public bool Contains(SemanticVersion version) => version >= Lower && (Upper is not { } upper || version < upper);

    /// <summary>Why a version is not in the range, naming both.</summary>
    /// <param name="what">What has the version: <c>SDK</c>, <c>host</c>.</param>
    /// <param name="version">The version at hand.</param>
    /// <returns>A sentence, or null when it is in the range.</returns>
    public string? Objection(string what, SemanticVersion version) =>
        version < Lower ? $"needs {what} {Lower} or newer; this host has {version}"
        : Upper is { } upper && version >= upper ? $"was made for {what} before {upper}; this host has {version}. Look for a newer version of the plugin"
        : null;

    /// <summary>The range as written.</summary>
    /// <returns><c>[1.0.0,2.0.0)</c>.</returns>
    public override string ToString() => $"[{Lower},{Upper?.ToString() ?? ""})";
}
