using System.Globalization;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>A version by semver.org 2.0 without build metadata: <c>1.2.3</c> or <c>1.2.3-beta.1</c>.</summary>
public readonly record struct SemanticVersion(int Major, int Minor, int Patch, string? Preview = null) : IComparable<SemanticVersion>
{
    /// <summary>Reads a version.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version, when it is one.</param>
    /// <returns>True when it is one.</returns>
    public static bool TryParse(string? text, out SemanticVersion version)
    {
        version = default;
        var (core, preview) = text?.Split('-', 2) is { } halves ? (halves[0], halves.Length > 1 ? halves[1] : null) : ("", null);
        var parts = core.Split('.');
        if (parts.Length != 3 || preview is { Length: 0 }
            || !TryNumber(parts[0], out var major) || !TryNumber(parts[1], out var minor) || !TryNumber(parts[2], out var patch))
        {
            return false;
        }

        version = new(major, minor, patch, preview);
        return true;
    }

    /// <summary>Reads a version.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">It is not one.</exception>
    public static SemanticVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is not a version such as 1.2.3.");

    /// <summary>Precedence by semver.org 11: numbers first, a preview before its release, identifiers one by one.</summary>
    /// <param name="other">The other version.</param>
    /// <returns>Negative, zero or positive.</returns>
    public int CompareTo(SemanticVersion other)
    {
        var byNumber = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return byNumber != 0 ? byNumber : (Preview, other.Preview) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            var (mine, theirs) => ComparePreviews(mine.Split('.'), theirs.Split('.')),
        };
    }

    /// <summary>Smaller by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;

    /// <summary>Larger by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;

    /// <summary>Smaller or equal by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Larger or equal by precedence.</summary>
    /// <param name="left">One version.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;

    /// <summary>The version as written.</summary>
    /// <returns><c>1.2.3-beta.1</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}") + (Preview is null ? "" : "-" + Preview);

    private static int ComparePreviews(string[] mine, string[] theirs)
    {
        for (var i = 0; i < Math.Min(mine.Length, theirs.Length); i++)
        {
            var (a, b) = (TryNumber(mine[i], out var left), TryNumber(theirs[i], out var right));
            var order = (a, b) switch
            {
                (true, true) => left.CompareTo(right),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(mine[i], theirs[i]),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return mine.Length.CompareTo(theirs.Length);
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && (text.Length == 1 || text[0] != '0');
}
