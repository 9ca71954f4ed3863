using System.Buffers;
using System.Numerics;

namespace CustomerInsights.Core.Search;

public sealed partial class SearchIndex
{
    private static readonly SearchMatch[] s_all = Enum.GetValues<SearchMatch>();

    /// <summary>What is found, the best first.</summary>
    /// <param name="query">The query.</param>
    /// <param name="among">Numbers that may be found, ascending; null for all.</param>
    /// <param name="known">Whether only known profiles, or only unknown ones, may be found; null for both.</param>
    /// <param name="after">Begins behind this place; null for the beginning.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="except">Numbers that are not found, since they were found otherwise.</param>
    public List<SearchHit> Find(SearchQuery query, long[]? among, bool? known, SearchHit? after, int limit, IReadOnlySet<long>? except = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        var hits = new List<SearchHit>();
        using var scratch = new Scratch(_hidden.Length);
        var allowed = Allowed(among, known, scratch);
        var beginnings = new Dictionary<string, ulong[]>(StringComparer.Ordinal);
        foreach (var match in s_all)
        {
            // Tiers before the cursor are computed still: who is in one is not in a later one.
            var found = Rows(query, match, beginnings, scratch);
            if (found is null)
            {
                continue;
            }

            And(found, allowed);
            if (after is null || match >= after.Value.Match)
            {
                Take(hits, match, found, after?.Match == match ? after.Value.Number : 0, limit, except);
            }

            AndNot(allowed, found);
            if (hits.Count >= limit)
            {
                break;
            }
        }

        if (_layer is not null)
        {
            hits.AddRange(_layer.Find(query, among, known, after, limit, except));
        }

        return Merged(hits, query, among, known, after, limit, except);
    }

    // Entries over the base are few: each is looked at.
    private List<SearchHit> Merged(List<SearchHit> hits, SearchQuery query, long[]? among, bool? known, SearchHit? after, int limit, IReadOnlySet<long>? except)
    {
        var own = new List<SearchHit>();
        foreach (var (number, entry) in _changed)
        {
            if (entry is not null && (known is null || entry.IsKnown == known) && except?.Contains(number) != true && query.Match(entry) is { } match
                && (after is null || new SearchHit(match, number) > after.Value) && (among is null || Array.BinarySearch(among, number) >= 0))
            {
                own.Add(new SearchHit(match, number));
            }
        }

        if (own.Count == 0 && _layer is null)
        {
            return hits;
        }

        hits.AddRange(own);
        hits.Sort();
        return hits.Count > limit ? hits[..limit] : hits;
    }

    private void Take(List<SearchHit> hits, SearchMatch match, ulong[] rows, long after, int limit, IReadOnlySet<long>? except)
    {
        var first = after == 0 ? 0 : Array.BinarySearch(_numbers, after) is var at && at >= 0 ? at + 1 : ~at;
        for (var word = first >> 6; word < _hidden.Length && hits.Count < limit; word++)
        {
            var bits = rows[word];
            if (word == first >> 6)
            {
                bits &= ulong.MaxValue << (first & 63);
            }

            for (; bits != 0 && hits.Count < limit; bits &= bits - 1)
            {
                var number = _numbers[(word << 6) + BitOperations.TrailingZeroCount(bits)];
                if (except?.Contains(number) != true)
                {
                    hits.Add(new SearchHit(match, number));
                }
            }
        }
    }

    private ulong[]? Rows(SearchQuery query, SearchMatch match, Dictionary<string, ulong[]> beginnings, Scratch scratch)
    {
        switch (match)
        {
            case SearchMatch.Identifier:
                return Terms(query.Exact, Exact, scratch);
            case SearchMatch.IdentifierPart:
                var parts = Terms(query.Parts, AddBeginnings, scratch);
                foreach (var term in query.Shorter)
                {
                    Exact(term, parts!);
                }

                return parts;
            case SearchMatch.Words:
                return All(query.Distinct, word => _words.LowerBound(word) is var place && place < _words.Count && _words[place].SequenceEqual(word) ? One(place) : null, scratch);
            case SearchMatch.Beginnings:
                return All(query.Distinct, word => Beginning(word, beginnings, scratch), scratch);
            default:
                return query.Distinct.Any(word => SimilarTerms.Errors(word.Length) > 0) ? All(query.Distinct, word => Similar(word, beginnings, scratch), scratch) : null;
        }

        ulong[] One(int place)
        {
            var set = scratch.Take();
            _words.AddRows(place, set.AsSpan(0, _hidden.Length));
            return set;
        }
    }

    private static ulong[]? Terms(List<string> terms, Action<string, ulong[]> add, Scratch scratch)
    {
        if (terms.Count == 0)
        {
            return null;
        }

        var set = scratch.Take();
        foreach (var term in terms)
        {
            add(term, set);
        }

        return set;
    }

    private void Exact(string term, ulong[] set)
    {
        if (_identifiers.LowerBound(term) is var place && place < _identifiers.Count && _identifiers[place].SequenceEqual(term))
        {
            _identifiers.AddRows(place, set.AsSpan(0, _hidden.Length));
        }
    }

    private void AddBeginnings(string prefix, ulong[] set)
    {
        for (var place = _identifiers.LowerBound(prefix); place < _identifiers.Count && _identifiers[place].StartsWith(prefix); place++)
        {
            _identifiers.AddRows(place, set.AsSpan(0, _hidden.Length));
        }
    }

    // Rows in which every word finds something; null where one finds nothing at all.
    private static ulong[]? All(IReadOnlyList<string> words, Func<string, ulong[]?> rowsOf, Scratch scratch)
    {
        ulong[]? all = null;
        foreach (var word in words)
        {
            if (rowsOf(word) is not { } rows)
            {
                return null;
            }

            if (all is null)
            {
                all = scratch.Copy(rows);
            }
            else
            {
                And(all, rows);
            }
        }

        return all;
    }

    private ulong[]? Beginning(string word, Dictionary<string, ulong[]> known, Scratch scratch)
    {
        if (known.TryGetValue(word, out var rows))
        {
            return rows;
        }

        var place = _words.LowerBound(word);
        if (place == _words.Count || !_words[place].StartsWith(word))
        {
            return null;
        }

        rows = scratch.Take();
        for (; place < _words.Count && _words[place].StartsWith(word); place++)
        {
            _words.AddRows(place, rows.AsSpan(0, _hidden.Length));
        }

        return known[word] = rows;
    }

    private ulong[]? Similar(string word, Dictionary<string, ulong[]> beginnings, Scratch scratch)
    {
        var rows = Beginning(word, beginnings, scratch) is { } begun ? scratch.Copy(begun) : null;
        if (SimilarTerms.Errors(word.Length) is > 0 and var errors)
        {
            SimilarTerms.Find(_words, word, errors, place => _words.AddRows(place, (rows ??= scratch.Take()).AsSpan(0, _hidden.Length)));
        }

        return rows;
    }

    private ulong[] Allowed(long[]? among, bool? known, Scratch scratch)
    {
        ulong[] allowed;
        if (among is null)
        {
            allowed = scratch.Take();
            allowed.AsSpan(0, _hidden.Length).Fill(ulong.MaxValue);
            if ((_numbers.Length & 63) != 0)
            {
                allowed[_hidden.Length - 1] = (1UL << (_numbers.Length & 63)) - 1;
            }
        }
        else
        {
            allowed = scratch.Take();
            foreach (var number in among)
            {
                if (RowOf(number) is >= 0 and var row)
                {
                    allowed[row >> 6] |= 1UL << (row & 63);
                }
            }
        }

        AndNot(allowed, _hidden);
        if (known == true)
        {
            And(allowed, _known);
        }
        else if (known == false)
        {
            AndNot(allowed, _known);
        }

        return allowed;
    }

    private static void And(ulong[] set, ulong[] other)
    {
        for (var i = 0; i < Math.Min(set.Length, other.Length); i++)
        {
            set[i] &= other[i];
        }
    }

    private static void AndNot(ulong[] set, ulong[] other)
    {
        for (var i = 0; i < Math.Min(set.Length, other.Length); i++)
        {
            set[i] &= ~other[i];
        }
    }

    /// <summary>Sets of rows for one question, borrowed: they are too long to be made anew each time. Longer than asked; behind the last row they are empty.</summary>
    private sealed class Scratch(int words) : IDisposable
    {
        private readonly List<ulong[]> _taken = [];

        public ulong[] Take()
        {
            var set = ArrayPool<ulong>.Shared.Rent(words);
            Array.Clear(set);
            _taken.Add(set);
            return set;
        }

        public ulong[] Copy(ulong[] other)
        {
            var set = Take();
            other.AsSpan(0, words).CopyTo(set);
            return set;
        }

        public void Dispose()
        {
            foreach (var set in _taken)
            {
                ArrayPool<ulong>.Shared.Return(set);
            }
        }
    }
}
