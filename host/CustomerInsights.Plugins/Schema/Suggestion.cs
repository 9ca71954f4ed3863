namespace CustomerInsights.Plugins.Schema;

/// <summary>Finds the word that a person most likely meant.</summary>
internal static class Suggestion
{
    /// <summary>"; did you mean 'x'?" or empty text.</summary>
    internal static string For(string found, IEnumerable<string> known)
    {
        var (best, least) = ("", int.MaxValue);
        foreach (var word in known)
        {
            var distance = Distance(found, word);
            if (distance < least)
            {
                (best, least) = (word, distance);
            }
        }

        // A third of the letters: 'conector' finds 'connector', 'xyz' finds nothing.
        return least <= Math.Max(1, found.Length / 3) ? $"; did you mean '{best}'?" : "";
    }

    // Optimal string alignment (Levenshtein with swaps of neighbours), ignoring case.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 100)
        {
            return int.MaxValue;
        }

        var cells = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cells[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(cells[i - 1, j], cells[i, j - 1]) + 1,
                        cells[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1)),
                };
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    cells[i, j] = Math.Min(cells[i, j], cells[i - 2, j - 2] + 1);
                }
            }
        }

        return cells[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
