using CustomerInsights.Core.Search;

namespace CustomerInsights.Core.Tests.Search;

public sealed class SearchIndexTests
{
    private static readonly string[] s_words = ["ann", "anna", "anne", "miller", "mueller", "muller", "meyer", "maier", "li", "jo", "jonathan", "johnathan", "o", "smith", "smyth", "smithson", "x", "bjorn", "angstrom"];

    [Theory]
    [InlineData("Björn Ångström", "bjorn angstrom")]
    [InlineData("O'Brien-Smith", "obrien smith")]
    [InlineData("STRASSE straße Łódź Đorđe", "strasse strasse lodz dorde")]
    [InlineData("山田 太郎", "山 田 太 郎")]
    [InlineData("Ирина\u0301", "ирина")]
    [InlineData("ann@example.com", "ann example com")]
    [InlineData("a\ud800b\0c\t", "a b c")]
    [InlineData("ﬁne № 5", "fine no 5")]
    [InlineData(" ?!— ", "")]
    public void Words_are_folded(string text, string words) => Assert.Equal(words, string.Join(' ', SearchWords.Of(text)));

    [Fact]
    public void Ten_thousand_equal_words_and_endless_ones_are_cut()
    {
        Assert.Equal(SearchWords.Most, SearchWords.Of(string.Join(' ', Enumerable.Repeat("aa", 10_000))).Count);
        Assert.Equal(64, Assert.Single(SearchWords.Of(new string('a', 100_000))).Length);
    }

    [Theory]
    [InlineData("+1 (555) 010-0001", "15550100001")]
    [InlineData("0043 1 234567", "431234567")]
    [InlineData("+43 (0)1 234567", "431234567")]
    [InlineData("01 234567", "1234567")]
    [InlineData("1234", null)]
    [InlineData("12 apples", null)]
    public void Phone_numbers_come_down_to_the_digits_that_matter(string text, string? digits) => Assert.Equal(digits, SearchEntry.PhoneDigits(text));

    [Fact]
    public void A_number_is_found_however_it_is_written()
    {
        var index = Index([Entry(1, "", phone: "+43 1 234567"), Entry(2, "", phone: "+49 30 1234567")]);
        foreach (var text in new[] { "+43 1 234567", "0043 1 234567", "01/234567", "(01) 23-45-67", "+43 (0)1 234567" })
        {
            Assert.Contains(1, index.Find(new SearchQuery(text), null, null, null, 9).Select(hit => hit.Number));
        }

        Assert.Equal([3], Index([Entry(3, "", phone: "01 234567")]).Find(new SearchQuery("+43 1 234567"), null, null, null, 9).Select(hit => hit.Number));
        Assert.Equal([2], index.Find(new SearchQuery("030 1234567"), null, null, null, 9).Select(hit => hit.Number));
    }

    [Fact]
    public void The_best_come_first_and_within_a_kind_the_oldest()
    {
        var index = Index([Entry(1, "Jonathan Smyth"), Entry(2, "Jonathan Smithson"), Entry(3, "Jonathan Smith"), Entry(4, "Smith Jonathan"), Entry(5, "Other", email: "jonathan smith")]);
        Assert.Equal(
            [new(SearchMatch.Identifier, 5), new(SearchMatch.Words, 3), new(SearchMatch.Words, 4), new(SearchMatch.Beginnings, 2), new SearchHit(SearchMatch.Similar, 1)],
            index.Find(new SearchQuery("jonathan smith"), null, null, null, 9));
    }

    [Fact]
    public void The_index_finds_what_looking_at_every_entry_finds()
    {
        var random = new Random(7);
        for (var round = 0; round < 150; round++)
        {
            var entries = Enumerable.Range(1, random.Next(1, 200)).Select(i => Random(random, i * 3)).ToDictionary(entry => entry.Number);
            var index = Index([.. entries.Values.OrderBy(entry => entry.Number)]);
            for (var change = 0; change < 3; change++)
            {
                var changes = Enumerable.Range(0, random.Next(0, 9)).Select(_ => random.Next(1, 700)).Distinct()
                    .Select(number => KeyValuePair.Create((long)number, random.Next(3) == 0 ? null : Random(random, number))).ToList();
                index = index.With(changes, mostLoose: round % 12);
                foreach (var (number, entry) in changes)
                {
                    entries.Remove(number);
                    if (entry is not null)
                    {
                        entries[number] = entry;
                    }
                }
            }

            foreach (var isKnown in new[] { true, false })
            {
                var numbers = entries.Values.Where(entry => entry.IsKnown == isKnown).Select(entry => entry.Number).Order().ToList();
                Assert.Equal(numbers, index.Numbers(isKnown, 0, int.MaxValue));
                Assert.Equal(numbers.Where(number => number > 90).Take(5), index.Numbers(isKnown, 90, 5));
            }

            Assert.All(Enumerable.Range(1, 700), number => Assert.Equal(entries.ContainsKey(number), index.Contains(number)));
            for (var i = 0; i < 20; i++)
            {
                var query = new SearchQuery(Text(random));
                long[]? among = random.Next(2) == 0 ? null : [.. Enumerable.Range(1, 700).Where(_ => random.Next(3) > 0).Select(number => (long)number)];
                bool? known = random.Next(3) == 0 ? random.Next(2) == 0 : null;
                var expected = entries.Values.Where(entry => (among is null || among.Contains(entry.Number)) && (known is null || entry.IsKnown == known))
                    .Select(entry => (Match: query.Match(entry), entry.Number)).Where(one => one.Match is not null).Select(one => new SearchHit(one.Match!.Value, one.Number)).Order().ToList();
                Assert.Equal(expected, index.Find(query, among, known, null, int.MaxValue));

                // Page by page the same.
                var paged = new List<SearchHit>();
                while (index.Find(query, among, known, paged.Count == 0 ? null : paged[^1], 7) is { Count: > 0 } page)
                {
                    paged.AddRange(page);
                }

                Assert.Equal(expected, paged);
            }
        }
    }

    [Fact]
    public void Terms_near_a_word_are_those_whose_distance_is_small()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var terms = Enumerable.Range(0, random.Next(1, 300)).Select(_ => Letters(random, random.Next(1, 9))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            var builder = new TermTable.Builder();
            for (var row = 0; row < terms.Count; row++)
            {
                builder.Add(terms[row], row);
            }

            var table = builder.Build();
            var word = Letters(random, random.Next(1, 9));
            var errors = random.Next(0, 3);
            var found = new List<string>();
            SimilarTerms.Find(table, word, errors, place => found.Add(table[place].ToString()));
            Assert.Equal(terms.Where(term => SimilarTerms.Distance(word, term, errors) <= errors), found);
        }
    }

    [Theory]
    [InlineData("smith", "smtih", 1)]
    [InlineData("smith", "smith", 0)]
    [InlineData("smith", "smit", 1)]
    [InlineData("smith", "xsmith", 1)]
    [InlineData("smith", "smyth", 1)]
    [InlineData("jonathan", "johnathon", 2)]
    public void A_swap_counts_as_one_error(string one, string other, int distance) => Assert.Equal(distance, SimilarTerms.Distance(one, other, 2));

    private static SearchIndex Index(IReadOnlyList<SearchEntry> entries)
    {
        var builder = new SearchIndex.Builder();
        foreach (var entry in entries)
        {
            builder.Add(entry);
        }

        return builder.Build();
    }

    private static SearchEntry Entry(long number, string name, string? email = null, string? phone = null) => new(
        number,
        SearchWords.Of(name),
        [.. new[] { email is null ? null : SearchEntry.Identifier("email", email), phone is null ? null : SearchEntry.Identifier("phone", phone) }.OfType<string>()],
        IsKnown: true);

    private static SearchEntry Random(Random random, long number) => new(
        number,
        [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => s_words[random.Next(s_words.Length)])],
        [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(2) == 0 ? SearchEntry.Identifier("phone", $"{random.Next(10_000_000, 10_000_050)}") : SearchEntry.Identifier("email", s_words[random.Next(s_words.Length)] + "@x"))],
        random.Next(4) > 0);

    private static string Text(Random random) => random.Next(6) switch
    {
        0 => $"{random.Next(10_000_000, 10_000_050)}",
        1 => s_words[random.Next(s_words.Length)] + "@x",
        2 => s_words[random.Next(s_words.Length)][..1],
        3 => Letters(random, random.Next(3, 8)),
        _ => string.Join(' ', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Damaged(random, s_words[random.Next(s_words.Length)]))),
    };

    private static string Damaged(Random random, string word)
    {
        var at = random.Next(word.Length);
        return random.Next(4) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, "e"),
            2 => word[..Math.Max(1, at)],
            _ => word,
        };
    }

    private static string Letters(Random random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => "abcé"[random.Next(4)]));
}
