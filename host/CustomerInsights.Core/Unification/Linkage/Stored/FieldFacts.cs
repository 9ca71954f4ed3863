namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>
/// What a run settled about the values of one field: how frequent each is, what each word is worth, which are set aside. By hashes of 64 bits, so
/// that nothing here shows a customer's value. Two values with one hash are taken for each other: once in some 10 million runs over a million values.
/// </summary>
/// <param name="steps">The step of agreement, 0 for the most common, of each value that is not very rare.</param>
/// <param name="words">The weight of each word that more than one value has; empty where words are not weighed.</param>
/// <param name="rarest">The weight of all other words.</param>
/// <param name="junk">Values that stand for "not known".</param>
internal sealed class FieldFacts(IReadOnlyDictionary<ulong, byte> steps, IReadOnlyDictionary<ulong, long> words, long rarest, IReadOnlySet<ulong> junk)
{
    internal const int VeryRare = FieldComparison.Steps - 1;

    internal IReadOnlyDictionary<ulong, byte> Steps => steps;

    internal IReadOnlyDictionary<ulong, long> Words => words;

    internal long Rarest => rarest;

    internal IReadOnlySet<ulong> Junk => junk;

    /// <summary>What the values of a finished run say.</summary>
    internal static FieldFacts Of(FieldComparison field)
    {
        var column = field.Column;
        if (column.Facts is { } given)
        {
            return given;
        }

        var (steps, words, rarest, scratch) = (new Dictionary<ulong, byte>(), new Dictionary<ulong, long>(), 0L, new Scratch());
        for (var id = 1; id < column.ValueCount; id++)
        {
            if (field.Level(id, id, scratch) - field.FirstEqual is < VeryRare and var step)
            {
                steps[TextHash.Of(column.Values[id])] = (byte)step;
            }
        }

        if (field.InWords is { } lists)
        {
            rarest = lists.Rarest;
            foreach (var (word, weight) in lists.Weights)
            {
                if (weight != rarest)
                {
                    words[TextHash.Of(word)] = weight;
                }
            }
        }

        return new(steps, words, rarest, column.Junk.Select(TextHash.Of).ToHashSet());
    }

    /// <summary>How frequent a value was, as a step of agreement; one that the run did not have is very rare.</summary>
    internal int StepOf(string value) => steps.TryGetValue(TextHash.Of(value), out var step) ? step : VeryRare;

    /// <summary>What a word is worth.</summary>
    internal long WeightOf(string word) => words.TryGetValue(TextHash.Of(word), out var weight) ? weight : rarest;

    /// <summary>Whether a value stands for "not known".</summary>
    internal bool IsJunk(string value) => junk.Count > 0 && junk.Contains(TextHash.Of(value));
}
