using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Texts of several words: the share of their weight that two have in common, where a word weighs the more the fewer texts have it
/// (inverse document frequency), and a word with a typing error counts for its likeness.
/// </summary>
internal abstract class WordLists : FieldComparison
{
    private const int MostWords = 24;
    private const double LeastAlike = 0.88;

    // Weights are whole numbers, so that a sum is the same in any order of the words.
    private const double Unit = 1 << 20;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly PerValue<int[]> _words = new();
    private readonly PerValue<string> _texts = new();
    private readonly PerValue<long> _weights = new();
    private readonly long _rarest;
    private int _marked;

    protected WordLists(MatchColumn column, params string[] partial)
        : base(column, partial)
    {
        if (column.Facts is { } facts)
        {
            _rarest = facts.Rarest;
            return;
        }

        var documents = new List<long>();
        for (var id = 1; id < column.ValueCount; id++)
        {
            foreach (var word in WordsOf(column.Values[id]))
            {
                var number = Number(word);
                if (number == documents.Count)
                {
                    documents.Add(0);
                }

                documents[number] += Math.Max(1, column.Counts[id]);
            }
        }

        var all = Math.Max(1.0, column.Filled);
        long Weight(long count) => (long)(Math.Log(1 + (all / count)) * Unit);
        for (var word = 0; word < documents.Count; word++)
        {
            _weights[word] = Weight(documents[word]);
        }

        _rarest = Weight(1);
    }

    /// <summary>The words of a value, the ones that tell most first; for finding candidates.</summary>
    internal IEnumerable<string> Telling(int id) => (_words[id] ?? []).OrderByDescending(word => _weights[word]).ThenBy(word => _texts[word], StringComparer.Ordinal).Select(word => _texts[word]);

    /// <summary>What a word is worth that the run did not have.</summary>
    internal long Rarest => _rarest;

    /// <summary>All words with what they are worth.</summary>
    internal IEnumerable<(string Word, long Weight)> Weights => _numbers.Select(one => (one.Key, _weights[one.Value]));

    internal override WordLists InWords => this;

    internal override void Mark()
    {
        base.Mark();
        _marked = _numbers.Count;
    }

    internal override void Forget()
    {
        base.Forget();
        while (_numbers.Count > _marked)
        {
            _numbers.Remove(_texts[_numbers.Count - 1]);
        }
    }

    protected override void Learn(int id) => _words[id] = [.. WordsOf(Text(id)).Select(Number).Order()];

    /// <summary>The weight that the words of two values have in common, as a share of the weight of all, 0 to 1.</summary>
    internal double Share(int a, int b, Scratch scratch) =>

        // Which word finds its like first depends on which text goes first.
        string.CompareOrdinal(Text(a), Text(b)) < 0 ? Share(_words[a], _words[b], scratch) : Share(_words[b], _words[a], scratch);

    /// <summary>How alike two different words are: 0 for words that are not one, up to 1.</summary>
    protected virtual double Likeness(int left, int right, Scratch scratch) =>
        scratch.Jaro.Similarity(Word(left), Word(right)) is > LeastAlike and var likeness && !Words.HasDigit(Word(left)) && !Words.HasDigit(Word(right)) ? likeness : 0;

    /// <summary>The numbers of a value's words, ascending.</summary>
    protected int[] WordsIn(int id) => _words[id];

    protected string Word(int number) => _texts[number];

    protected long Weight(int word) => _weights[word];

    /// <summary>The same for words by their numbers, ascending; the value that is less by its text goes first.</summary>
    protected double Share(int[] a, int[] b, Scratch scratch)
    {
        var (common, total, i, j) = (0L, 0L, 0, 0);
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

        // Each word that is left finds the one that is most like it, once; in an order of the words' own.
        ByText(onlyA[..countA]);
        ByText(onlyB[..countB]);
        for (var left = 0; left < countA; left++)
        {
            var (best, at) = (0.0, -1);
            for (var right = 0; right < countB; right++)
            {
                var likeness = Likeness(onlyA[left], onlyB[right], scratch);
                (best, at) = likeness > best ? (likeness, right) : (best, at);
            }

            if (at >= 0)
            {
                // One word in two spellings counts once, as the more frequent of them: a slip is rare for being one. An initial counts as the name.
                var (one, other) = (onlyA[left], onlyB[at]);
                var (less, more) = (Math.Min(_weights[one], _weights[other]), Math.Max(_weights[one], _weights[other]));
                var isInitial = Word(one).Length == 1 || Word(other).Length == 1;
                common += (long)((isInitial ? more : less) * best);
                total -= isInitial ? less : more;
                onlyB[(at + 1)..countB].CopyTo(onlyB[at..]);
                countB--;
            }
        }

        return total <= 0 ? 0 : Math.Min(1, (double)common / total);
    }

    private void ByText(Span<int> words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            for (var j = i; j > 0 && string.CompareOrdinal(_texts[words[j - 1]], _texts[words[j]]) > 0; j--)
            {
                (words[j - 1], words[j]) = (words[j], words[j - 1]);
            }
        }
    }

    private static IEnumerable<string> WordsOf(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Take(MostWords);

    // A word that comes later is as rare as one can be, if no stored model knows it.
    private int Number(string word)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, word, out var known);
        if (!known)
        {
            number = _numbers.Count - 1;
            _texts[number] = word;
            _weights[number] = Column.Facts?.WeightOf(word) ?? _rarest;
        }

        return number;
    }
}
