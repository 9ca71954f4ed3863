using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>A long run of a generator: until the minutes are over, or a find.</summary>
internal static class FuzzRun
{
    internal static async Task RunAsync(string name, Func<int, int, Task> round, Func<int> refused, int seed, double minutes)
    {
        var watch = Stopwatch.StartNew();
        var rounds = 0;
        var slowest = TimeSpan.Zero;
        for (; watch.Elapsed.TotalMinutes < minutes; rounds++)
        {
            var before = watch.Elapsed;
            await round(seed, rounds);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, (watch.Elapsed - before).Ticks));
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: seed {seed}, {rounds:N0} rounds in {watch.Elapsed.TotalSeconds:F0} s, {refused():N0} refused, slowest {slowest.TotalMilliseconds:F0} ms, no find"));
    }
}
