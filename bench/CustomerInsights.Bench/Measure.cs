using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench;

/// <summary>Several runs of one thing; the median is the figure to quote, minimum and maximum say how quiet the machine was.</summary>
internal static class Measure
{
    public static async Task<double> SecondsAsync(string what, int runs, Func<Task<string>> run)
    {
        var times = new List<double>();
        var note = "";
        for (var i = 0; i < runs; i++)
        {
            GC.Collect();
            var watch = Stopwatch.StartNew();
            note = await run();
            times.Add(watch.Elapsed.TotalSeconds);
        }

        times.Sort();
        var median = times[times.Count / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-44} {median,8:0.00} s  (min {times[0]:0.00}, max {times[^1]:0.00})  {note}"));
        return median;
    }

    public static void Machine()
    {
        var load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
        Console.WriteLine($".NET {Environment.Version}, {Environment.ProcessorCount} cores, load average {load}");
    }

    /// <summary>The process's largest resident set so far, in MiB; −1 where the system does not tell.</summary>
    public static long PeakMiB()
    {
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("VmHWM", StringComparison.Ordinal)) : null;
        return line is null ? -1 : long.Parse(string.Concat(line.Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture) / 1024;
    }
}
