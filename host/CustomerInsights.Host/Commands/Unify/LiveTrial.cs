using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>How the matcher does with one record at a time: some are taken away, looked up among the others, and put back.</summary>
internal static class LiveTrial
{
    private const int Seed = 20261126;

    internal static void Run(MatcherResult result, int count, IReadOnlyList<int>? truth, Action<string, string> line)
    {
        var watch = Stopwatch.StartNew();
        var before = result.Clusters.ToArray();
        var index = new MatchIndex(result, Environment.ProcessorCount);
        line("index", $"{Seconds(watch.Elapsed)} s to make, {MatchFiles.Count(Environment.WorkingSet >> 20)} MiB in all");
        var records = Enumerable.Range(0, before.Length).ToArray();
        new Random(Seed).Shuffle(records);
        records = records[..Math.Min(count, records.Length)];
        var values = Array.ConvertAll(records, index.ValuesOf);
        watch.Restart();
        index.Apply([.. records.Select(record => new RecordChange(record, null))]);
        line("removed", $"{MatchFiles.Count(records.Length)} records at once in {Seconds(watch.Elapsed)} s");

        var (found, added) = (new double[records.Length], new double[records.Length]);
        var right = 0;
        for (var i = 0; i < records.Length; i++)
        {
            watch.Restart();
            var answer = index.Find(values[i]);
            found[i] = watch.Elapsed.TotalMilliseconds;
            right += truth is not null && answer.Members.Count > 0 && answer.Members.All(member => truth[member] == truth[records[i]]) ? 1 : 0;
            watch.Restart();
            index.Apply([new(records[i], values[i])]);
            added[i] = watch.Elapsed.TotalMilliseconds;
        }

        line("one found", Times(found));
        line("one added", Times(added));
        if (truth is not null)
        {
            line("", $"{MatchFiles.Count(right)} of {MatchFiles.Count(records.Length)} found others, all of them the same person");
        }

        var moved = Enumerable.Range(0, before.Length).Count(record => index.ClusterOf(record) != before[record]);
        line("in the end", moved == 0 ? "all clusters are those of the run" : $"{MatchFiles.Count(moved)} records are in another cluster than in the run");
    }

    private static string Times(double[] times)
    {
        Array.Sort(times);
        string At(double share) => times[Math.Min(times.Length - 1, (int)(share * times.Length))].ToString("0.000", CultureInfo.InvariantCulture);
        return $"median {At(0.5)} ms, 99 % within {At(0.99)} ms, the slowest {At(1)} ms";
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}
