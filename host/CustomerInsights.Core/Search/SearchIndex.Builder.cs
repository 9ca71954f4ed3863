namespace CustomerInsights.Core.Search;

public sealed partial class SearchIndex
{
    /// <summary>Builds a base.</summary>
    public sealed class Builder
    {
        private readonly TermTable.Builder _words = new();
        private readonly TermTable.Builder _identifiers = new();
        private readonly List<long> _numbers = [];
        private readonly List<bool> _known = [];

        /// <summary>What it takes of memory, about, in bytes.</summary>
        public long Bytes => _words.Bytes + _identifiers.Bytes + (_numbers.Count * 9L);

        /// <summary>Adds an entry; numbers grow.</summary>
        /// <exception cref="ArgumentException">The number is not above the last one.</exception>
        public void Add(SearchEntry entry)
        {
            ArgumentNullException.ThrowIfNull(entry);
            if (_numbers.Count > 0 && entry.Number <= _numbers[^1])
            {
                throw new ArgumentException($"{entry.Number} comes behind {_numbers[^1]}.", nameof(entry));
            }

            foreach (var word in entry.Words)
            {
                _words.Add(word, _numbers.Count);
            }

            foreach (var identifier in entry.Identifiers)
            {
                _identifiers.Add(identifier, _numbers.Count);
            }

            _numbers.Add(entry.Number);
            _known.Add(entry.IsKnown);
        }

        /// <summary>The index.</summary>
        public SearchIndex Build()
        {
            var known = new ulong[WordsFor(_known.Count)];
            for (var row = 0; row < _known.Count; row++)
            {
                known[row >> 6] |= _known[row] ? 1UL << (row & 63) : 0;
            }

            return new SearchIndex(_words.Build(), _identifiers.Build(), [.. _numbers], known, [], new ulong[known.Length], null, []);
        }
    }
}
