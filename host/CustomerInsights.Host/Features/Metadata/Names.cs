namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What names may look like, and the nearest known one to a wrong one.</summary>
internal static class Names
{
    /// <summary>A definition's name: 1 to 100 letters, digits, <c>_ - .</c>, beginning with a letter or digit.</summary>
    public static bool IsDefinition(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    /// <summary>An attribute's or field's name: 1 to 100 letters, digits and <c>_</c>, beginning with a letter.</summary>
    public static bool IsField(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Splits <c>source.stream</c> at its first point.</summary>
    public static bool TrySplitStream(string stream, out string source)
    {
        var point = stream.IndexOf('.', StringComparison.Ordinal);
        source = point > 0 ? stream[..point] : stream;
        return point > 0 && point < stream.Length - 1;
    }

    /// <summary>A step of a JSON pointer.</summary>
    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary><c> Did you mean 'x'?</c>, or what there is when nothing is near.</summary>
    public static string Suggest(string asked, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        var nearest = names.Select(name => (name, distance: Distance(asked, name))).OrderBy(pair => pair.distance).FirstOrDefault();
        if (nearest.name is not null && nearest.distance <= Math.Max(2, asked.Length / 3))
        {
            return $" Did you mean '{nearest.name}'?";
        }

        return names.Count == 0 ? " There is none yet." : $" There is: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", …" : "")}.";
    }

    private static int Distance(string a, string b)
    {
        if (a.Length > 100 || b.Length > 100)
        {
            return int.MaxValue;
        }

        // The reference kernel of the matcher; names are short.
        return Core.Unification.Levenshtein.Distance(a.ToUpperInvariant(), b.ToUpperInvariant());
    }
}
