using System.Text.RegularExpressions;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>The overlap of words and the sounds of names give what plain code gives, on random Unicode text.</summary>
public sealed class WordKernelTests
{
    private const int Rounds = 4000;
    private const double Unit = 1 << 20;

    [Fact]
    public void The_weighted_overlap_of_words_equals_the_plain_one()
    {
        var random = new Random(20261126);
        var stock = Enumerable.Range(0, 300).Select(_ => Word(random)).ToArray();
        var builder = new MatchColumnBuilder("field", MatchFieldType.Text);
        for (var i = 0; i < 600; i++)
        {
            builder.Add(string.Join(' ', Enumerable.Range(0, 1 + random.Next(random.Next(10) == 0 ? 40 : 8)).Select(_ => Slip(stock[(int)(stock.Length * Math.Pow(random.NextDouble(), 2))], random))));
        }

        var column = builder.Build();
        var texts = column.Values;
        var comparison = Assert.IsType<FreeTexts>(FieldComparisons.Of(column));
        var all = Enumerable.Range(1, column.ValueCount - 1).SelectMany(id => Words(texts[id]).Select(word => (word, column.Counts[id]))).GroupBy(one => one.word, StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Sum(count => (long)count.Item2), StringComparer.Ordinal);
        long Weight(string word) => (long)(Math.Log(1 + ((double)column.Filled / all[word])) * Unit);
        var (scratch, several) = (new Scratch(), 0);
        for (var i = 0; i < Rounds; i++)
        {
            var (a, b) = (1 + random.Next(column.ValueCount - 1), 1 + random.Next(column.ValueCount - 1));
            var expected = Overlap(texts[a], texts[b], Weight);
            Assert.Equal(expected, comparison.Share(a, b, scratch));
            Assert.Equal(expected, comparison.Share(b, a, scratch));
            several += expected is > 0 and < 1 ? 1 : 0;
        }

        Assert.True(several > Rounds / 10, $"only {several} pairs had a part in common");
    }

    [Fact]
    public void The_sound_of_a_name_equals_the_one_by_plain_replacement()
    {
        var random = new Random(5);
        var codes = new HashSet<ulong>();
        for (var i = 0; i < 5 * Rounds; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => random.Next(12) == 0 ? (char)random.Next(0xC0, 0x24F) : "aeiouyhwpsczkqgjbdtfvmnlrx -'"[random.Next(29)]));
            Assert.Equal(Sound(text), Phonetic.Code(text));
            codes.Add(Phonetic.Code(text));
        }

        Assert.True(codes.Count > Rounds);
    }

    // Sets and a greedy choice of likenesses, with nothing prepared.
    private static double Overlap(string a, string b, Func<string, long> weight)
    {
        var (first, second) = string.CompareOrdinal(a, b) < 0 ? (Words(a), Words(b)) : (Words(b), Words(a));
        var both = first.Intersect(second, StringComparer.Ordinal).ToList();
        var common = both.Sum(weight);
        var total = first.Union(second, StringComparer.Ordinal).Sum(weight);
        var left = first.Except(both, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var right = second.Except(both, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var word in left)
        {
            var like = right.Select(other => (other, Alike: Alike(word, other))).Where(one => one.Alike > 0.88).OrderByDescending(one => one.Alike).ThenBy(one => one.other, StringComparer.Ordinal).ToList();
            if (like.Count > 0)
            {
                var (mine, other) = (weight(word), weight(like[0].other));
                common += (long)((word.Length == 1 || like[0].other.Length == 1 ? Math.Max(mine, other) : Math.Min(mine, other)) * like[0].Alike);
                total -= word.Length == 1 || like[0].other.Length == 1 ? Math.Min(mine, other) : Math.Max(mine, other);
                right.Remove(like[0].other);
            }
        }

        return total <= 0 ? 0 : Math.Min(1, (double)common / total);
    }

    private static double Alike(string a, string b) => a.Concat(b).Any(char.IsAsciiDigit) ? 0
        : string.CompareOrdinal(a, b) <= 0 ? JaroWinkler.Plain(a, b) : JaroWinkler.Plain(b, a);

    private static List<string> Words(string text) => [.. text.Split(' ').Distinct(StringComparer.Ordinal).Take(24)];

    private static ulong Sound(string text)
    {
        var sounds = Regex.Matches(text, "ph|s[chz]|c[hz]|c(?=[eiy])|[a-z]", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Value switch
        {
            "ph" => 'f',
            "c" when match.Index + 1 < text.Length && text[match.Index + 1] is 'e' or 'i' or 'y' => 's',
            ['s' or 'c', 'h' or 'z' or 'c'] or "z" or "s" or "x" => 's',
            var one => "aeiouyhw".Contains(one[0], StringComparison.Ordinal) ? 'a' : "ckq".Contains(one[0], StringComparison.Ordinal) ? 'k'
                : one[0] switch { 'j' => 'g', 'p' => 'b', 't' => 'd', 'v' => 'f', 'n' => 'm', var same => same },
        }).ToList();
        var kept = sounds.Take(1).Concat(sounds.Skip(1).Where(sound => sound != 'a')).ToList();
        return kept.Where((sound, i) => i == 0 || sound != kept[i - 1]).Take(6).Aggregate(0UL, (code, sound) => (code << 5) | (uint)(sound - 'a' + 1));
    }

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, 1 + random.Next(9)).Select(_ => Letter(random)));

    private static string Slip(string word, Random random) => random.Next(5) == 0 && word.Length > 3 ? word.Remove(random.Next(word.Length), 1) : word;

    private static char Letter(Random random) => random.Next(20) switch
    {
        0 => (char)random.Next(0x4E00, 0x4E20),
        1 => (char)random.Next(0x0430, 0x0450),
        2 => (char)('0' + random.Next(10)),
        _ => (char)('a' + random.Next(10)),
    };
}
