namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>Numbers for the texts of a category. Bounded: beyond the limit all that is new is one.</summary>
internal sealed class CategoryBook
{
    /// <summary>Different texts that are told apart.</summary>
    public const int Most = 10_000;

    private const int Longest = 100;
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>Whether there were more than can be told apart.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The texts by their numbers.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The number of a text.</summary>
    /// <param name="text">The text; what is longer than 100 characters is told by its beginning.</param>
    /// <returns>0 and up; <see cref="Most"/> for what has no number of its own.</returns>
    public int Code(string text)
    {
        var key = text.Length > Longest ? text[..Longest] : text;
        if (_codes.TryGetValue(key, out var code))
        {
            return code;
        }

        if (_names.Count == Most)
        {
            Overflowed = true;
            return Most;
        }

        _codes.Add(key, _names.Count);
        _names.Add(key);
        return _names.Count - 1;
    }
}
