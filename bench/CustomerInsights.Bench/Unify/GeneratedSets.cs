using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Bench.Unify;

/// <summary>The matcher, with no settings, on made-up sets of many kinds: what one set of constants does on data that it was not made for.</summary>
internal static class GeneratedSets
{
    /// <summary>Makes each set, runs the matcher over it and prints how right it is.</summary>
    /// <param name="folder">Where to leave the sets as CSV files, for <c>unify evaluate</c>; null for nowhere.</param>
    /// <param name="seed">Another number gives other records of the same kinds.</param>
    public static void Run(string? folder, ulong seed)
    {
        Measure.Machine();
        Console.WriteLine("set             records  precision  recall      F1  B-cubed      s  pairs found / true");
        foreach (var set in All(seed))
        {
            if (folder is not null)
            {
                Directory.CreateDirectory(folder);
                set.Write(folder);
            }

            var watch = Stopwatch.StartNew();
            var clusters = Matcher.Run(Columns(set), new MatcherOptions()).Clusters;
            var scores = ClusterScores.Of(clusters, set.Truth);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{set.Name,-14} {set.Rows.Count,8:N0} {scores.Precision,10:0.0000} {scores.Recall,7:0.0000} {scores.F1,7:0.0000} {scores.BCubed,8:0.0000} {watch.Elapsed.TotalSeconds,6:0.00}  {scores.FoundPairs:N0} / {scores.TruePairs:N0}"));
        }
    }

    internal static IEnumerable<GeneratedSet> All(ulong seed)
    {
        yield return PeopleSets.ThreeFields(new Dice(seed));
        yield return PeopleSets.ThreeFieldsWithDay(new Dice(seed));
        yield return PeopleSets.Many(new Dice(seed));
        yield return PeopleSets.NoDuplicates(new Dice(seed));
        yield return PeopleSets.NoEmail(new Dice(seed));
        yield return PeopleSets.FewHomes(new Dice(seed));
        yield return PeopleSets.FewPolishHomes(new Dice(seed));
        NameStock[] others = [NameStock.German, NameStock.Spanish, NameStock.Polish, NameStock.Russian, NameStock.Greek, NameStock.Japanese];
        foreach (var stock in others)
        {
            yield return PeopleSets.Of(stock, new Dice(seed));
        }

        yield return ThingSets.Restaurants(new Dice(seed));
        yield return ThingSets.Citations(new Dice(seed));
        yield return ThingSets.Products(new Dice(seed));
    }

    internal static MatchColumn[] Columns(GeneratedSet set)
    {
        var types = FieldGuess.Of(set.Fields, [.. set.Fields.Select((_, field) => set.Rows.Take(2000).Select(row => row[field]).ToList())]);
        return
        [
            .. set.Fields.Select((name, field) =>
            {
                var builder = new MatchColumnBuilder(name, types[field]);
                foreach (var row in set.Rows)
                {
                    builder.Add(row[field].Trim());
                }

                return builder.Build();
            }),
        ];
    }
}
