using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Bench.Unify;

/// <summary>The matcher's text comparisons and FuzzySharp's on the same 4,096 pairs of names, in turn: the fastest of several rounds of each.</summary>
internal static class KernelBench
{
    private const int Pairs = 4096;
    private const int Rounds = 40;

    public static void Run()
    {
        Measure.Machine();
        var dice = new Dice(1);
        var pairs = Enumerable.Range(0, Pairs).Select(i =>
        {
            var name = dice.Of(NameStock.English.Family).ToLowerInvariant();
            return (A: name, B: i % 2 == 0 ? dice.Slip(name) : dice.Of(NameStock.English.Family).ToLowerInvariant());
        }).ToArray();
        var features = pairs.Select(pair => (TextFeature.Of(pair.A), TextFeature.Of(pair.B))).ToArray();
        var jaro = new JaroWinkler();
        Time("Jaro-Winkler", i => jaro.Similarity(pairs[i].A, pairs[i].B) > 0.9);
        Time("bound on Jaro-Winkler, 0.9", i => TextFeature.MayReach(features[i].Item1, features[i].Item2, 0.9));
        Time("Damerau-Levenshtein at most 1", i => EditDistance.IsAtMostOne(pairs[i].A, pairs[i].B));
        Time("Damerau-Levenshtein up to 2", i => EditDistance.Bounded(pairs[i].A, pairs[i].B, 2) <= 2);
        Time("sound of one name", i => Phonetic.Code(pairs[i].A) > 1);
        Time("FuzzySharp Levenshtein.EditDistance", i => FuzzySharp.Levenshtein.EditDistance(pairs[i].A, pairs[i].B) <= 2);
        Time("FuzzySharp Fuzz.Ratio", i => FuzzySharp.Fuzz.Ratio(pairs[i].A, pairs[i].B) > 90);
        Words(dice);
    }

    // Names of articles with a word less, more or misspelt, each with its neighbour; and telephone numbers as they are dialled.
    private static void Words(Dice dice)
    {
        var texts = ThingSets.Articles(dice, Pairs);
        var builder = new MatchColumnBuilder("name", MatchFieldType.Text);
        Array.ForEach(texts, text => builder.Add(text));
        var column = builder.Build();
        var (list, scratch) = ((WordLists)FieldComparisons.Of(column), new Scratch());
        Time("token overlap, weighted, slips borne", i => list.Share(column.Ids[i], column.Ids[(i + 1) % Pairs], scratch) > 0.65);
        Time("FuzzySharp Fuzz.TokenSetRatio", i => FuzzySharp.Fuzz.TokenSetRatio(texts[i], texts[(i + 1) % Pairs]) > 65);
        var phones = texts.Select((_, i) => (i % 3) switch { 0 => $"+44 20 {dice.Digits(4)} {dice.Digits(4)}", 1 => $"020 {dice.Digits(4)} {dice.Digits(4)}", _ => $"0049 {dice.Digits(9)}" }).ToArray();
        Time("telephone, digits", i => Telephone.Normal(phones[i], null).Length > 8);
        Time("telephone, E.164", i => Telephone.Normal(phones[i], "GB")[0] == '+');
    }

    private static void Time(string what, Func<int, bool> compare)
    {
        var (best, held) = (double.MaxValue, 0);
        for (var round = 0; round < Rounds; round++)
        {
            held = 0;
            var watch = Stopwatch.GetTimestamp();
            for (var i = 0; i < Pairs; i++)
            {
                held += compare(i) ? 1 : 0;
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(watch).TotalNanoseconds / Pairs);
        }

        // How many hold is printed so that no compiler leaves the work out.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-38} {best,8:0.0} ns  ({held:N0} of {Pairs:N0})"));
    }
}
