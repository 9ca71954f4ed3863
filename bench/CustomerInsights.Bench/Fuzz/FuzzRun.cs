using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>A long run of a generator: until the minutes are over, or a find, which names its seed and round; given the round, it runs that one again.</summary>
internal static class FuzzRun
{
    // A round is some kilobytes: what takes longer than this hangs on something.
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    internal static async Task RunAsync(string name, Func<int, int, Task> round, Func<int> refused, int seed, double minutes, int? only, TimeSpan? hang = null)
    {
        var watch = Stopwatch.StartNew();
        var rounds = only ?? 0;
        var (slowest, slowestRound) = (TimeSpan.Zero, 0);
        for (; watch.Elapsed.TotalMinutes < minutes && (only is null || rounds == only); rounds++)
        {
            var before = watch.Elapsed;
            await round(seed, rounds);
            var took = watch.Elapsed - before;
            (slowest, slowestRound) = took > slowest ? (took, rounds) : (slowest, slowestRound);
            if (slowest > (hang ?? s_hang))
            {
                throw new InvalidOperationException($"{name}: seed {seed}, round {rounds} took {slowest.TotalSeconds:F1} s.");
            }
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: seed {seed}, {rounds:N0} rounds in {watch.Elapsed.TotalSeconds:F0} s, {refused():N0} refused, slowest {slowest.TotalMilliseconds:F0} ms (round {slowestRound}), no find"));
    }
}
