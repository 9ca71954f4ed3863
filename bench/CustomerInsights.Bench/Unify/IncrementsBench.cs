using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;
using CustomerInsights.Core.Unification.Linkage.Stored;
using CustomerInsights.Host.Commands.Unify;

namespace CustomerInsights.Bench.Unify;

/// <summary>
/// A model that was learnt from all but the last of the records, as after a restart: read, its index made, changes in batches and one by one. In
/// the end the clusters are compared with those of a run over all records by the same model, and with what a model learnt from all would say.
/// </summary>
internal static class IncrementsBench
{
    // A fiftieth of the records at most.
    private const int Single = 10_000;
    private static readonly int[] s_batches = [1_000, 10_000];
    private const int Part = 50;

    public static async Task RunAsync(string file, string? truth)
    {
        Measure.Machine();
        var read = await MatchFiles.ReadAsync([file], truth, null, new MatchSettings(), CancellationToken.None);
        var all = Again(read.Columns, 0, read.Columns[0].Rows);
        var rows = all[0].Rows;
        int[] batches = [.. s_batches.Select(size => Math.Min(size, rows / Part))];
        var later = batches.Sum() + Math.Min(Single, rows / Part);
        Line("records", $"{Count(rows)}, of which {Count(later)} come later; {Count(all.Length)} fields");

        var known = Again(all, 0, rows - later);
        var (run, learning) = Timed(() => Matcher.Run(known, new MatcherOptions()));
        Line("learnt and run", learning);
        var (bytes, writing) = Timed(() => MatchModel.Of(run, "bench")!.ToBytes());
        Line("model written", $"{writing}; {bytes.Length / 1024.0 / 1024:0.00} MiB");
        run = null;

        known = Again(all, 0, rows - later);
        var (model, reading) = Timed(() => MatchModel.Read(bytes, out _)!);
        Line("model read", reading);
        var steps = new List<(string Name, long At)>();
        var (frozen, running) = Timed(() => Matcher.Run(known, new MatcherOptions { Model = model }, name => steps.Add((name, Stopwatch.GetTimestamp()))));
        steps.Add(("", Stopwatch.GetTimestamp()));
        Line("run by it", $"{running}: {string.Join(", ", steps.Zip(steps.Skip(1), (one, next) => $"{one.Name} {Stopwatch.GetElapsedTime(one.At, next.At).TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)}"))}");
        GC.Collect();
        var room = GC.GetTotalMemory(true);
        var (index, making) = Timed(() => new MatchIndex(frozen, Environment.ProcessorCount));
        frozen = null;
        GC.Collect();
        Line("index made", $"{making}; {GC.GetTotalMemory(true) / (rows - later)} bytes a record with the columns, {room / (rows - later)} before");

        var at = rows - later;
        foreach (var size in batches)
        {
            var batch = Enumerable.Range(at, size).Select(row => Change(all, row)).ToList();
            var (moves, applying) = Timed(() => index.Apply(batch));
            Line($"{Count(size)} new at once", $"{applying}; {Count(moves.Count)} records in another cluster");
            at += size;
        }

        var (found, added) = (new List<double>(), new List<double>());
        for (; at < rows; at++)
        {
            var change = Change(all, at);
            var (_, finding) = Ticks(() => index.Find(change.Values!));
            var (_, adding) = Ticks(() => index.Apply([change]));
            found.Add(finding);
            added.Add(adding);
        }

        Line("one found", Times(found));
        Line("one added", Times(added));
        Line("memory", $"{Count(Environment.WorkingSet >> 20)} MiB in all");
        var byIncrements = Enumerable.Range(0, rows).Select(index.ClusterOf).ToArray();
        index = null;
        known = Again(all, 0, rows);
        var (whole, again) = Timed(() => Matcher.Run(known, new MatcherOptions { Model = model }));
        Line("all by the model", $"{again}; {Count(Enumerable.Range(0, rows).Count(row => whole.Clusters[row] != byIncrements[row]))} records in another cluster than by increments");
        foreach (var size in batches)
        {
            var last = Matcher.Run(Again(all, 0, rows - size), new MatcherOptions { Model = model });
            var columns = Again(all, 0, rows);
            var before = new RunBefore(last, [.. Enumerable.Range(0, rows).Select(row => row < rows - size ? row : -1)]);
            var (further, going) = Timed(() => Matcher.Run(columns, new MatcherOptions { Model = model, Before = before }));
            Line($"run after {Count(size)} new", $"{going}; {Count(Enumerable.Range(0, rows).Count(row => whole.Clusters[row] != further.Clusters[row]))} records in another cluster");
        }

        var drift = ModelDrift.Of(whole)!;
        Line("drift", string.Join(", ", drift.Fields.Select(field => $"{field.Field} {field.Index.ToString("0.0000", CultureInfo.InvariantCulture)}")) + $"; {drift.Reason ?? "no reason to learn anew"}");
        var moved = MovedRecords.Of(whole.Clusters, Matcher.Run(Again(all, 0, rows), new MatcherOptions()).Clusters);
        Line("learnt anew", $"{Count(moved.Count)} records moved, {(100.0 * moved.Count / rows).ToString("0.000", CultureInfo.InvariantCulture)} %");
    }

    // The same columns over a part of the rows.
    private static MatchColumn[] Again(IReadOnlyList<MatchColumn> columns, int from, int to)
    {
        var made = new MatchColumn[columns.Count];
        Parallel.For(0, made.Length, field =>
        {
            var builder = new MatchColumnBuilder(columns[field].Name, columns[field].Type);
            for (var row = from; row < to; row++)
            {
                builder.Add(columns[field].Values[columns[field].Ids[row]]);
            }

            made[field] = builder.Build();
        });
        return made;
    }

    private static RecordChange Change(MatchColumn[] columns, int row) => new(null, Array.ConvertAll(columns, column => column.Values[column.Ids[row]]));

    private static (T Result, string Time) Timed<T>(Func<T> what)
    {
        var (result, milliseconds) = Ticks(what);
        return (result, (milliseconds / 1000).ToString("0.00", CultureInfo.InvariantCulture) + " s");
    }

    private static (T Result, double Milliseconds) Ticks<T>(Func<T> what)
    {
        var start = Stopwatch.GetTimestamp();
        var result = what();
        return (result, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static string Times(List<double> times)
    {
        times.Sort();
        string At(double share) => times[Math.Min(times.Count - 1, (int)(share * times.Count))].ToString("0.000", CultureInfo.InvariantCulture);
        return $"median {At(0.5)} ms, 99 % within {At(0.99)} ms, the slowest {At(1)} ms";
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static void Line(string what, string text) => Console.WriteLine($"{what,-20} {text}");
}
