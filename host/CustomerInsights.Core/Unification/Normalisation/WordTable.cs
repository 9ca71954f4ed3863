using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>Reads tables written as <c>form: variant variant</c>, one form a line.</summary>
internal static class WordTable
{
    /// <summary>Variant to form; each form maps to itself too. A variant that two lines claim is a bug in the table.</summary>
    /// <exception cref="ArgumentException">A word stands in two lines.</exception>
    public static FrozenDictionary<string, string> Parse(string rows)
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = row.IndexOf(':', StringComparison.Ordinal);
            var form = row[..colon];
            table.Add(form.Replace(".", "", StringComparison.Ordinal), form);
            foreach (var variant in row[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                table.Add(variant.Replace(".", "", StringComparison.Ordinal), form);
            }
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
