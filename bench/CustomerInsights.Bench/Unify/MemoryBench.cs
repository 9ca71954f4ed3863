using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Unification;

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
        var columns = Array.ConvertAll(builders, builder => builder.Build());
        Step("built");
        try
        {
            var result = Matcher.Run(columns, new MatcherOptions { MemoryMegabytes = megabytes, Spill = new TemporaryFiles(Path.GetTempPath()) }, Step);
            Step("end");
            Tell(result, truth, watch.Elapsed, megabytes);
        }
        catch (MatcherMemoryException refused)
        {
            Console.WriteLine($"refused: {refused.Message}");
        }
        void Step(string name)
        {
            var heap = GC.GetTotalMemory(isLive) >> 20;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {watch.Elapsed.TotalSeconds,7:0.00}  {Environment.CpuUsage.TotalTime.TotalSeconds,7:0.00}  {heap,9:N0}  {Measure.ResidentKiB() / 1024,12:N0}  {Measure.PeakMiB(),8:N0}"));
        }
    }

    private static void Tell(MatcherResult result, int[] truth, TimeSpan time, int? megabytes)
    {
        var scores = ClusterScores.Of(result.Clusters, truth);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{truth.Length:N0} records, {result.Compared:N0} pairs compared, {result.Clusters.Distinct().Count():N0} clusters, F1 {scores.F1:0.0000}, {time.TotalSeconds:0.0} s, {result.SpilledBytes >> 20:N0} MiB put aside; peak {Measure.PeakMiB():N0} MiB of {(megabytes is { } most ? $"{most:N0}" : "any")}"));
    }
}
