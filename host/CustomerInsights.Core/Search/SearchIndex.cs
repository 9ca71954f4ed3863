using System.Numerics;

namespace CustomerInsights.Core.Search;

/// <summary>
/// Profiles of one type by words and identifiers, in memory. Immutable: a base, over it a layer of what changed since, built like the base, and over that the entries that
/// changed last (see <see cref="With(IReadOnlyCollection{KeyValuePair{long, SearchEntry?}})"/>). Finds what <see cref="SearchQuery.Match"/> says of each entry, without looking at each.
/// </summary>
public sealed partial class SearchIndex
{
    private const int MostLoose = 500;

    private readonly TermTable _words;
    private readonly TermTable _identifiers;
    private readonly long[] _numbers;
    private readonly ulong[] _known;
    private readonly SortedList<long, SearchEntry?> _changed;
    private readonly ulong[] _hidden;
    private readonly SearchIndex? _layer;
    private readonly SortedList<long, SearchEntry?> _layered;

    private SearchIndex(
        TermTable words, TermTable identifiers, long[] numbers, ulong[] known, SortedList<long, SearchEntry?> changed, ulong[] hidden, SearchIndex? layer, SortedList<long, SearchEntry?> layered) =>
        (_words, _identifiers, _numbers, _known, _changed, _hidden, _layer, _layered) = (words, identifiers, numbers, known, changed, hidden, layer, layered);

    /// <summary>Entries in the base.</summary>
    public int Count => _numbers.Length;

    /// <summary>Entries over the base: those that came, changed or went since.</summary>
    public int Changed => _changed.Count + _layered.Count;

    /// <summary>What the base takes of memory, in bytes.</summary>
    public long Bytes => _words.Bytes + _identifiers.Bytes + (_numbers.Length * 8L) + ((_known.Length + _hidden.Length) * 8L) + (_layer?.Bytes ?? 0);

    /// <summary>Whether there is an entry of a number.</summary>
    public bool Contains(long number) => _changed.TryGetValue(number, out var entry) || _layered.TryGetValue(number, out entry) ? entry is not null : RowOf(number) >= 0;

    /// <summary>The index with entries in place of those of the same numbers.</summary>
    /// <param name="changes">By number; null for one that is no more.</param>
    public SearchIndex With(IReadOnlyCollection<KeyValuePair<long, SearchEntry?>> changes) => With(changes, MostLoose);

    /// <summary>As the other, with a bound of one's own.</summary>
    /// <param name="changes">By number; null for one that is no more.</param>
    /// <param name="mostLoose">With more entries than that over the layer, a new layer is built of them and of its own.</param>
    internal SearchIndex With(IReadOnlyCollection<KeyValuePair<long, SearchEntry?>> changes, int mostLoose)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0)
        {
            return this;
        }

        var changed = new SortedList<long, SearchEntry?>(_changed);
        foreach (var (number, entry) in changes)
        {
            changed[number] = entry;
        }

        var hidden = Hidden(changes.Select(change => change.Key));
        if (changed.Count <= mostLoose)
        {
            var layer = _layer is null ? null : new SearchIndex(_layer._words, _layer._identifiers, _layer._numbers, _layer._known, [], _layer.Hidden(changes.Select(change => change.Key)), null, []);
            return new SearchIndex(_words, _identifiers, _numbers, _known, changed, hidden, layer, _layered);
        }

        var layered = new SortedList<long, SearchEntry?>(_layered);
        foreach (var (number, entry) in changed)
        {
            layered[number] = entry;
        }

        var builder = new Builder();
        foreach (var entry in layered.Values.OfType<SearchEntry>())
        {
            builder.Add(entry);
        }

        return new SearchIndex(_words, _identifiers, _numbers, _known, [], hidden, builder.Build(), layered);
    }

    /// <summary>The numbers of known profiles, or of unknown ones, ascending.</summary>
    /// <param name="known">Which.</param>
    /// <param name="after">Begins behind this number.</param>
    /// <param name="limit">How many at most.</param>
    public List<long> Numbers(bool known, long after, int limit)
    {
        var numbers = new List<long>();
        var first = Array.BinarySearch(_numbers, after) is var at && at >= 0 ? at + 1 : ~at;
        for (var word = first >> 6; word < _hidden.Length && numbers.Count < limit; word++)
        {
            var bits = (known ? _known[word] : ~_known[word]) & ~_hidden[word] & (word == first >> 6 ? ulong.MaxValue << (first & 63) : ulong.MaxValue);
            for (; bits != 0 && (word << 6) + BitOperations.TrailingZeroCount(bits) is var row && row < _numbers.Length && numbers.Count < limit; bits &= bits - 1)
            {
                numbers.Add(_numbers[row]);
            }
        }

        if (_layer is not null)
        {
            numbers.AddRange(_layer.Numbers(known, after, limit));
        }

        numbers.AddRange(_changed.Where(pair => pair.Key > after && pair.Value is { } entry && entry.IsKnown == known).Select(pair => pair.Key));
        numbers.Sort();
        return numbers.Count > limit ? numbers[..limit] : numbers;
    }

    private ulong[] Hidden(IEnumerable<long> numbers)
    {
        var hidden = _hidden.ToArray();
        foreach (var number in numbers)
        {
            if (RowOf(number) is >= 0 and var row)
            {
                hidden[row >> 6] |= 1UL << (row & 63);
            }
        }

        return hidden;
    }

    // Numbers are given out one after the other: most often there are no holes.
    private int RowOf(long number) => _numbers.Length > 0 && number - _numbers[0] is >= 0 and var row && row < _numbers.Length && _numbers[row] == number ? (int)row : Array.BinarySearch(_numbers, number);

    private static int WordsFor(int rows) => (rows + 63) >> 6;
}
