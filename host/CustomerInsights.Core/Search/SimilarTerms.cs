namespace CustomerInsights.Core.Search;

/// <summary>
/// Terms within a few typing errors of a word: a letter too much, too few, another one, or two neighbours swapped (optimal string alignment; Damerau 1964, Boytsov 2011).
/// </summary>
public static class SimilarTerms
{
    /// <summary>How many errors a word of a length may have: none to three letters, one to seven, two from there.</summary>
    public static int Errors(int length) => length < 4 ? 0 : length < 8 ? 1 : 2;

    /// <summary>The distance of two words; more than <paramref name="most"/> comes as some number above it.</summary>
    public static int Distance(ReadOnlySpan<char> one, ReadOnlySpan<char> other, int most)
    {
        if (Math.Abs(one.Length - other.Length) > most)
        {
            return most + 1;
        }

        var rows = new int[other.Length + 1, one.Length + 1];
        for (var j = 0; j <= one.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= other.Length; i++)
        {
            Fill(rows, i, one, other);
        }

        return rows[other.Length, one.Length];
    }

    /// <summary>
    /// Finds terms. They are walked in their order, so that what two neighbours share is computed once, and where no term that begins so can be near any more, all of them are passed
    /// over.
    /// </summary>
    /// <param name="terms">The terms.</param>
    /// <param name="word">The word.</param>
    /// <param name="errors">How many errors there may be, 0 to 2.</param>
    /// <param name="found">Told the place of each, in order; the word itself is one.</param>
    public static void Find(TermTable terms, ReadOnlySpan<char> word, int errors, Action<int> found)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(found);
        var deepest = word.Length + errors;
        var rows = new int[deepest + 2, word.Length + 1];
        for (var j = 0; j <= word.Length; j++)
        {
            rows[0, j] = j;
        }

        var (place, filled) = (0, 0);
        ReadOnlySpan<char> last = [];
        while (place < terms.Count)
        {
            var term = terms[place];
            var depth = Math.Min(filled, last.CommonPrefixLength(term));
            var hopeless = false;
            while (depth < term.Length && !hopeless)
            {
                depth++;
                if (depth > deepest)
                {
                    hopeless = true;
                }
                else
                {
                    hopeless = Fill(rows, depth, word, term) > errors;
                }
            }

            last = term;
            filled = Math.Min(depth, deepest);
            if (hopeless)
            {
                place = terms.EndOf(term[..depth], place);
                continue;
            }

            if (rows[term.Length, word.Length] <= errors)
            {
                found(place);
            }

            place++;
        }
    }

    // The row of the table for one more letter of the other word; gives its least, which no longer word that begins so comes below, but for a swap.
    private static int Fill(int[,] rows, int i, ReadOnlySpan<char> word, ReadOnlySpan<char> other)
    {
        rows[i, 0] = i;
        var least = i;
        for (var j = 1; j <= word.Length; j++)
        {
            var same = word[j - 1] == other[i - 1];
            var value = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && word[j - 1] == other[i - 2] && word[j - 2] == other[i - 1])
            {
                value = Math.Min(value, rows[i - 2, j - 2] + 1);
            }

            rows[i, j] = value;
            least = Math.Min(least, value);
        }

        // A swap reaches over this row to the one before it.
        for (var j = 0; i > 1 && j <= word.Length; j++)
        {
            least = Math.Min(least, rows[i - 1, j] + 1);
        }

        return least;
    }
}
