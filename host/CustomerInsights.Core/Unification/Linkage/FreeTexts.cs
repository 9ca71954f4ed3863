namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Free texts: titles, descriptions, articles. A model number, that is a word of letters and digits, names an article: two texts that have none in
/// common are about different ones, however alike they are worded.
/// </summary>
internal sealed class FreeTexts(MatchColumn column)
    : WordLists(column, "a little in common, or another model number", "some in common", "half in common", "most in common", "nearly all in common", "the same model number")
{
    private const int ShortestModel = 3;
    private readonly PerValue<int> _models = new();

    // Who writes a text anew seldom writes it in the same words.
    internal override double Repeated => 0.3;

    // What names the article it does not leave out.
    internal override double Part(int level, int partial) => level == partial ? 0.5 : 0.5 * 2 * level / (partial * (partial - 1));

    protected override void Learn(int id)
    {
        base.Learn(id);
        var models = WordsIn(id).Where(word => IsModel(Word(word))).ToList();
        _models[id] = models.Count == 0 ? -1 : models.OrderByDescending(Weight).ThenBy(Word, StringComparer.Ordinal).First();
    }

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var share = Share(a, b, scratch);
        var level = share >= 0.85 ? 5 : share >= 0.65 ? 4 : share >= 0.45 ? 3 : share >= 0.25 ? 2 : share >= 0.1 ? 1 : 0;
        return _models[a] < 0 || _models[b] < 0 ? level
            : Has(a, _models[b]) || Has(b, _models[a]) ? 6
            : Math.Min(level, 1);
    }

    /// <summary>A word of letters and digits that is no ordinal.</summary>
    internal static bool IsModel(string word)
    {
        if (word.Length < ShortestModel || !Words.HasDigit(word))
        {
            return false;
        }

        var letters = word.AsSpan().TrimStart("0123456789");
        return letters.Length == word.Length || (letters.Length > 0 && letters is not ("st" or "nd" or "rd" or "th"))
            ? word.Any(char.IsLetter)
            : false;
    }

    private bool Has(int id, int word) => Array.BinarySearch(WordsIn(id), word) >= 0;
}
