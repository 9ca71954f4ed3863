using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>The fast comparisons give what the plain ones give, on random Unicode text.</summary>
public sealed class KernelTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Jaro_Winkler_by_masks_equals_the_plain_loops()
    {
        var (random, jaro) = (new Random(20261126), new JaroWinkler());
        for (var i = 0; i < Rounds; i++)
        {
            var (a, b) = Pair(random);
            var (first, second) = string.CompareOrdinal(a, b) <= 0 ? (a, b) : (b, a);
            var expected = a.Length == 0 || b.Length == 0 ? a.Length == b.Length ? 1 : 0 : JaroWinkler.Plain(first, second);
            Assert.Equal(expected, jaro.Similarity(a, b));
            Assert.Equal(jaro.Similarity(b, a), jaro.Similarity(a, b));
        }
    }

    [Theory]
    [InlineData("martha", "marhta", 0.9611)]
    [InlineData("dwayne", "duane", 0.84)]
    [InlineData("dixon", "dicksonx", 0.8133)]
    [InlineData("abc", "xyz", 0)]
    public void Jaro_Winkler_gives_the_published_values(string a, string b, double expected) => Assert.Equal(expected, new JaroWinkler().Similarity(a, b), 4);

    [Fact]
    public void The_bound_on_Jaro_Winkler_rejects_nothing_that_reaches_it()
    {
        var (random, jaro) = (new Random(7), new JaroWinkler());
        var rejected = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var (a, b) = Pair(random);
            foreach (var least in new[] { 0.84, 0.9, 0.92 })
            {
                if (!TextFeature.MayReach(TextFeature.Of(a), TextFeature.Of(b), least))
                {
                    rejected++;
                    Assert.True(jaro.Similarity(a, b) < least, $"'{a}' and '{b}' reach {least}");
                }
            }
        }

        Assert.True(rejected > Rounds / 2, $"only {rejected} were rejected");
    }

    [Fact]
    public void Edit_distances_equal_the_full_table()
    {
        var random = new Random(11);
        for (var i = 0; i < Rounds; i++)
        {
            var (a, b) = Pair(random);
            var distance = Distance(a, b);
            Assert.Equal(distance <= 1, EditDistance.IsAtMostOne(a, b));
            Assert.Equal(Math.Min(distance, 3), EditDistance.Bounded(a, b, 2));
        }
    }

    [Theory]
    [InlineData("schmidt", "schmitt")]
    [InlineData("philip", "filip")]
    [InlineData("meyer", "maier")]
    [InlineData("clark", "klarc")]
    public void Names_that_sound_alike_have_one_code(string a, string b) => Assert.Equal(Phonetic.Code(a), Phonetic.Code(b));

    // A text and a few changes to it, or two that have little to do with each other.
    private static (string A, string B) Pair(Random random)
    {
        var a = Text(random);
        if (random.Next(4) == 0)
        {
            return (a, Text(random));
        }

        var b = a.ToList();
        for (var times = random.Next(4); times > 0; times--)
        {
            var at = random.Next(b.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    b.Insert(at, Letter(random));
                    break;
                case 1 when at < b.Count:
                    b.RemoveAt(at);
                    break;
                case 2 when at < b.Count:
                    b[at] = Letter(random);
                    break;
                case 3 when at + 1 < b.Count:
                    (b[at], b[at + 1]) = (b[at + 1], b[at]);
                    break;
            }
        }

        return (a, string.Concat(b));
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(random.Next(8) == 0 ? 80 : 12)).Select(_ => Letter(random)));

    private static char Letter(Random random) => random.Next(10) switch
    {
        0 => (char)random.Next(0xC0, 0x180),
        1 => (char)random.Next(0x4E00, 0x4E20),
        2 => (char)('0' + random.Next(10)),
        _ => (char)('a' + random.Next(6)),
    };

    // Optimal string alignment, the whole table.
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var best = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                table[i, j] = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(best, table[i - 2, j - 2] + 1) : best;
            }
        }

        return table[a.Length, b.Length];
    }
}
