using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Texts of several words: the share of their weight that two have in common, where a word weighs the more the fewer texts have it
/// (inverse document frequency), and a word with a typing error counts for its likeness.
/// </summary>
internal sealed class WordLists : FieldComparison
{
    private const int MostWords = 24;
    private readonly int[][] _words;
    private readonly string[] _texts;
    private readonly double[] _weights;

    internal WordLists(MatchColumn column)
        : base(column, "a little in common", "some in common", "half in common", "most in common", "nearly all in common")
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        _words = new int[column.Values.Length][];
        var documents = new List<long>();
        for (var id = 0; id < _words.Length; id++)
        {
            var words = column.Values[id].Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Take(MostWords);
            _words[id] = [.. words.Select(word => Number(numbers, documents, word)).Order()];
            foreach (var word in _words[id])
            {
                documents[word] += Math.Max(1, column.Counts[id]);
            }
        }

        _texts = new string[numbers.Count];
        foreach (var (word, number) in numbers)
        {
            _texts[number] = word;
        }

        var all = Math.Max(1.0, column.Filled);
        _weights = [.. documents.Select(count => Math.Log(1 + (all / count)))];
    }

    /// <summary>The words of a value, the ones that tell most first; for finding candidates.</summary>
    internal IEnumerable<int> Telling(int id) => _words[id].OrderByDescending(word => _weights[word]).ThenBy(word => word);

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var share = Share(_words[a], _words[b], scratch);
        return share >= 0.85 ? 5 : share >= 0.65 ? 4 : share >= 0.45 ? 3 : share >= 0.25 ? 2 : share >= 0.1 ? 1 : 0;
    }

    private double Share(int[] a, int[] b, Scratch scratch)
    {
        var (common, total, i, j) = (0.0, 0.0, 0, 0);
        Span<int> onlyA = stackalloc int[MostWords];
        Span<int> onlyB = stackalloc int[MostWords];
        var (countA, countB) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            if (j == b.Length || (i < a.Length && a[i] < b[j]))
            {
                onlyA[countA++] = a[i];
                total += _weights[a[i++]];
            }
            else if (i == a.Length || b[j] < a[i])
            {
                onlyB[countB++] = b[j];
                total += _weights[b[j++]];
            }
            else
            {
                common += _weights[a[i]];
                total += _weights[a[i]];
                (i, j) = (i + 1, j + 1);
            }
        }

        // Each word that is left finds the one that is most like it, once.
        for (var left = 0; left < countA; left++)
        {
            var (best, at) = (0.88, -1);
            for (var right = 0; right < countB; right++)
            {
                var likeness = scratch.Jaro.Similarity(_texts[onlyA[left]], _texts[onlyB[right]]);
                (best, at) = likeness > best ? (likeness, right) : (best, at);
            }

            if (at >= 0)
            {
                var weight = Math.Min(_weights[onlyA[left]], _weights[onlyB[at]]);
                common += weight * best;
                total -= weight;
                onlyB[at] = onlyB[--countB];
            }
        }

        return total <= 0 ? 0 : Math.Min(1, common / total);
    }

    private static int Number(Dictionary<string, int> numbers, List<long> documents, string word)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, word, out var known);
        if (!known)
        {
            number = documents.Count;
            documents.Add(0);
        }

        return number;
    }
}
