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

    /// <summary>Prints single figures: their median, and how far they lie apart.</summary>
    public static void Print(string what, string unit, List<double> figures)
    {
        figures.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-58} {figures[figures.Count / 2],8:0.0} {unit} median  (min {figures[0]:0.0}, p95 {figures[(int)(figures.Count * 0.95)]:0.0}, max {figures[^1]:0.0})"));
    }

    /// <summary>The process's largest resident set so far, in MiB; −1 where the system does not tell.</summary>
    public static long PeakMiB() => KiB("self", "VmHWM") is { } peak ? peak / 1024 : -1;

    /// <summary>The resident set now, in KiB; 0 where the system does not tell.</summary>
    public static long ResidentKiB() => KiB("self", "VmRSS") ?? 0;

    /// <summary>A line of what Linux tells of a process, in KiB.</summary>
    public static long? KiB(string process, string line)
    {
        var file = $"/proc/{process}/status";
        var found = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(text => text.StartsWith(line, StringComparison.Ordinal)) : null;
        return found is null ? null : long.Parse(string.Concat(found.Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }
}
