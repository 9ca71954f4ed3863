using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Bench.Unify;

/// <summary>A run of the matcher over many generated records: what each step takes of memory, and whether the whole stays within its budget.</summary>
internal static class MemoryBench
{
    /// <param name="rows">Records, of eight fields each.</param>
    /// <param name="megabytes">The budget; null for none.</param>
    /// <param name="isLive">Whether to collect garbage at each step, so that what is printed is in use; takes time.</param>
    public static void Run(int rows, int? megabytes, bool isLive)
    {
        Measure.Machine();
        var watch = Stopwatch.StartNew();
        var (people, builders) = (new PeopleStream(20261126), PeopleStream.Builders());
        var truth = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var values = people.Next();
            for (var field = 0; field < builders.Length; field++)
            {
                builders[field].Add(values[field]);
            }

            truth[row] = people.Person;
        }

        Console.WriteLine("step            from s    cpu s   heap MiB  resident MiB  peak MiB");
        Step("read");
        var columns = new MatchColumn[builders.Length];
        for (var i = 0; i < builders.Length; i++)
        {
            columns[i] = builders[i].Build();
        }

        Step("built");
        var result = Matcher.Run(columns, new MatcherOptions(), Step);
        Step("end");
        var scores = ClusterScores.Of(result.Clusters, truth);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows:N0} records, {result.Compared:N0} pairs compared, {result.Clusters.Distinct().Count():N0} clusters, F1 {scores.F1:0.0000}, {watch.Elapsed.TotalSeconds:0.0} s; peak {Measure.PeakMiB():N0} MiB of {(megabytes is { } most ? $"{most:N0}" : "any")}"));

        void Step(string name)
        {
            var heap = GC.GetTotalMemory(isLive) >> 20;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {watch.Elapsed.TotalSeconds,7:0.00}  {Environment.CpuUsage.TotalTime.TotalSeconds,7:0.00}  {heap,9:N0}  {Measure.ResidentKiB() / 1024,12:N0}  {Measure.PeakMiB(),8:N0}"));
        }
    }
}
