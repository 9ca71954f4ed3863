using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Bench.Unify;

/// <summary>The matcher on data as nobody would wish it: that it ends in time, how right the rest stays, and what it says it set aside.</summary>
internal static class BadDataBench
{
    private const int LongRows = 200;
    private const int LongLength = 1_000_000;
    private const int EqualEmails = 100_000;

    private static readonly (string Name, Action<string[], int> Spoil)[] s_horrors =
    [
        ("as it should be", (_, _) => { }),
        ("a field without a value", (row, _) => row[6] = ""),
        ("one value everywhere", (row, _) => row[5] = "Springfield"),
        ("one telephone everywhere", (row, _) => row[6] = "0200 0000000"),
        ("100,000 equal e-mails", EqualEmail),
        ("names of a megabyte", LongName),
        ("mixed scripts", (row, i) => row[1] = i % 3 == 0 ? $"{row[1]} Мария 株式会社 \ud83d\ude00\ud83d" : row[1]),
        ("dates in the year 9999", (row, i) => row[2] = i % 2 == 0 ? "9999-12-31" : row[2]),
        ("all at once", (row, i) =>
        {
            row[6] = "";
            row[5] = "Springfield";
            EqualEmail(row, i);
            LongName(row, i);
            row[1] = i % 3 == 0 ? $"{row[1]} Мария 株式会社 \ud83d\ude00\ud83d" : row[1];
            row[2] = i % 2 == 0 ? "9999-12-31" : row[2];
        }),
    ];

    /// <param name="rows">Records of each set.</param>
    public static void Run(int rows)
    {
        Measure.Machine();
        Console.WriteLine($"{rows:N0} records of 8 fields; limit: three times as long as it should be, and 10 s");
        Console.WriteLine("data                             s   cpu s  limit  precision  recall  set aside");
        var limit = 0.0;
        foreach (var (name, spoil) in s_horrors)
        {
            limit = One(name, spoil, rows, limit);
        }

        foreach (var shape in new[] { "star", "chain", "random" })
        {
            Component(shape);
        }
    }

    private static double One(string name, Action<string[], int> spoil, int rows, double limit)
    {
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var (people, builders, truth, row) = (new PeopleStream(7), PeopleStream.Builders(), new int[rows], new string[8]);
        for (var i = 0; i < rows; i++)
        {
            people.Next().CopyTo(row, 0);
            truth[i] = people.Person;
            spoil(row, i);
            for (var at = 0; at < builders.Length; at++)
            {
                builders[at].Add(row[at]);
            }
        }

        var result = Matcher.Run([.. builders.Select(builder => builder.Build())], new MatcherOptions());
        var scores = ClusterScores.Of(result.Clusters, truth);
        var aside = result.Junk.Select(junk => $"{junk.Field} '{(junk.Value.Length > 20 ? junk.Value[..20] : junk.Value)}' {junk.Records:N0}").Concat(
            result.Unused.Select(field => $"{field.Field}: {field.Reason}")).Concat(
            result.Keys.Where(key => key.LeftOut > (long)rows * rows / 100).Select(key => $"groups of {key.Name}").Take(2));
        var spent = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        var most = limit == 0 ? 10 + (3 * watch.Elapsed.TotalSeconds) : limit;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-26} {watch.Elapsed.TotalSeconds,7:0.0} {spent,7:0.0} {most,6:0}  {scores.Precision,9:0.0000} {scores.Recall,7:0.0000}  {string.Join("; ", aside)}{(watch.Elapsed.TotalSeconds > most ? " TOO SLOW" : "")}"));
        return most;
    }

    private static void EqualEmail(string[] row, int i) => row[7] = i < EqualEmails ? "info@example.com" : row[7];

    // Each another, and long at the beginning, in the middle and at the end.
    private static void LongName(string[] row, int i)
    {
        if (i < LongRows)
        {
            row[0] = string.Create(LongLength, (row[0], i), static (text, own) =>
            {
                text.Fill((char)('a' + (own.i % 26)));
                own.Item1.CopyTo(text[((own.i % 3) * (LongLength / 4))..]);
            });
        }
    }

    // One component that evidence connects whole, as chains of shared values make it.
    private static void Component(string shape)
    {
        const int Rows = 100_000;
        const int Edges = 500_000;
        var dice = new Dice(4);
        var pairs = new HashSet<ulong>();
        void Add(int a, int b) => _ = a != b && pairs.Add(((ulong)(uint)Math.Min(a, b) << 32) | (uint)Math.Max(a, b));
        for (var row = 1; row < Rows; row++)
        {
            Add(shape switch { "star" => 0, "chain" => row - 1, _ => dice.Below(row) }, row);
        }

        while (pairs.Count < Edges)
        {
            Add(dice.Below(Rows), dice.Below(Rows));
        }

        ulong[] all = [.. pairs];
        var bits = Array.ConvertAll(all, _ => dice.Below(9000) / 1000.0);
        var watch = Stopwatch.StartNew();
        var clusters = AverageLink.Cluster(Rows, all, bits, 0, [.. Enumerable.Range(0, Rows).Select(row => TextHash.Mix((ulong)row))], LinkConstraints.None, new ParallelOptions { MaxDegreeOfParallelism = 2 });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"one component, {shape}: {Rows:N0} records, {Edges:N0} pairs: {watch.Elapsed.TotalSeconds:0.0} s, {clusters.Distinct().Count():N0} clusters, {clusters.Aggregate(17L, (sum, cluster) => unchecked((sum * 31) + cluster)):x}"));
    }
}
