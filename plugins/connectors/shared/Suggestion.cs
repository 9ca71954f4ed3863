namespace CustomerInsights.Connectors.Files;

/// <summary>Finds the name that was probably meant, for messages.</summary>
internal static class Suggestion
{
    /// <summary>A sentence that proposes the nearest name, or empty text when none is near.</summary>
    public static string For(string wanted, IEnumerable<string> known)
    {
        string? best = null;
        var least = Math.Max(1, wanted.Length / 3) + 1;
        foreach (var name in known)
        {
            var distance = Distance(wanted.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < least)
            {
                (best, least) = (name, distance);
            }
        }

        return best is null ? "" : $" Did you mean '{best}'?";
    }

    /// <summary>Names for a message, cut so that it stays readable.</summary>
    public static string List(IReadOnlyList<string> names) => names.Count <= 20
        ? string.Join(", ", names)
        : string.Join(", ", names.Take(20)) + $" and {names.Count - 20} more";

    private static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + same);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
