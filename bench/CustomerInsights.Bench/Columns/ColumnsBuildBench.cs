using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Host;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench.Columns;

/// <summary>Fills a real store with made-up profiles of 30 attributes, then builds, saves, restarts and catches up columns.</summary>
internal static class ColumnsBuildBench
{
    private const string Type = "customer";
    private const int Batch = 5000;

    private static readonly string[] s_names = [.. Enumerable.Range(0, 30).Select(i => $"attribute_{i:00}")];
    private static readonly string[] s_fields = ["amount", "currency", "channel", "quantity"];

    private static readonly Dictionary<string, ColumnSchema> s_schemas = new(StringComparer.Ordinal)
    {
        [Type] = new(
            s_names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => TypeOf(pair.i), StringComparer.Ordinal),
            new Dictionary<string, IReadOnlyDictionary<string, DataType>>(StringComparer.Ordinal)
            {
                ["order"] = new Dictionary<string, DataType>(StringComparer.Ordinal)
                {
                    ["amount"] = DataType.Decimal,
                    ["currency"] = DataType.Text,
                    ["channel"] = DataType.Text,
                    ["quantity"] = DataType.Integer,
                },
            }),
    };

    /// <summary>
    /// Runs it; <c>--profiles N --activities M</c> with M in all, and <c>--runs R</c> builds of which the best is told. <c>--keep FOLDER</c> leaves the filled store there and
    /// uses it the next time; <c>--restart</c> then only opens the columns that were saved there, once, so that somebody may drop their files from the system's cache before.
    /// </summary>
    public static async Task RunAsync(string[] arguments)
    {
        var profiles = Option(arguments, "--profiles", 1_000_000);
        var activities = Option(arguments, "--activities", 10 * profiles);
        var runs = Option(arguments, "--runs", 3);
        Measure.Machine();
        var kept = Text(arguments, "--keep");
        var directory = kept ?? Directory.CreateTempSubdirectory("columns-bench").FullName;
        try
        {
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, default);
            var watch = Stopwatch.StartNew();
            if ((await store.Profiles.CountAsync(default)).Count == 0)
            {
                await FillAsync(store, profiles, activities);
                Say($"filled with {profiles:N0} profiles × {s_names.Length} attributes and {activities:N0} activities", watch.Elapsed.TotalSeconds, "s");
            }

            if (arguments.Contains("--restart", StringComparer.Ordinal))
            {
                Say("ready after a restart, whatever the system's cache has", await ReadyAsync(store, directory), "s");
                return;
            }

            await MeasureAsync(store, directory, profiles, runs);
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static async Task MeasureAsync(IInsightsStore store, string directory, int profiles, int runs)
    {
        var (read, build, readCpu, buildCpu) = (double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            var watch = Stopwatch.StartNew();
            var cpu = Environment.CpuUsage.TotalTime;
            var (ofProfiles, ofActivities) = await ReadOnlyAsync(store);
            Say("  the store's read alone: profiles", ofProfiles, "s");
            Say("  the store's read alone: activities", ofActivities, "s");
            read = Math.Min(read, watch.Elapsed.TotalSeconds);
            readCpu = Math.Min(readCpu, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds);
            GC.Collect();
            await using var once = Images(store, Path.Combine(directory, "once"));
            cpu = Environment.CpuUsage.TotalTime;
            watch.Restart();
            await once.StateAsync(s_schemas, default);
            Say(run == 0 ? "  columns built, with code not compiled for speed yet" : "  columns built again", watch.Elapsed.TotalSeconds, "s");
            build = Math.Min(build, watch.Elapsed.TotalSeconds);
            buildCpu = Math.Min(buildCpu, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds);
        }

        Say("the store's read alone, all cores, best", profiles / read, "profiles/s");
        Say("  processor time of it", readCpu / profiles, "µs a profile");
        Say("columns built from the store, best", profiles / build, "profiles/s");
        Say("  processor time of it, garbage collection included", buildCpu / profiles, "µs a profile");

        var images = Images(store, directory);
        var state = await images.StateAsync(s_schemas, default);
        var bytes = state.Types[Type].Parts.Sum(held => held.Stored.Part.Bytes);
        Say("columns take", bytes / 1048576.0, "MiB");
        Say("a profile with its activities", bytes / (double)profiles, "bytes");
        var saving = Stopwatch.StartNew();
        await images.SaveAsync(default);
        Say("saved", saving.Elapsed.TotalSeconds, "s");
        state = null!;
        await images.DisposeAsync();
        images = null!;

        var ready = double.MaxValue;
        for (var run = 0; run < runs; run++)
        {
            GC.Collect();
            ready = Math.Min(ready, await ReadyAsync(store, directory));
        }

        Say("ready after a restart (files in the system's cache), best", ready, "s");
        await CatchUpAsync(store, directory, profiles);
    }

    private static async Task<double> ReadyAsync(IInsightsStore store, string directory)
    {
        var watch = Stopwatch.StartNew();
        await using var images = Images(store, directory);
        await images.StateAsync(s_schemas, default);
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task CatchUpAsync(IInsightsStore store, string directory, int profiles)
    {
        await using var images = Images(store, directory);
        await images.StateAsync(s_schemas, default);
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            await store.Profiles.ApplyAsync(Changes([.. Enumerable.Range(0, 10).Select(j => Put(((i * 7919) + (j * 104_729)) % profiles, salt: 1))]), default);
            var watch = Stopwatch.StartNew();
            await images.StateAsync(s_schemas, default);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        Measure.Print("caught up with ten changed profiles", "ms", times);
    }

    private static async Task<(double Profiles, double Activities)> ReadOnlyAsync(IInsightsStore store)
    {
        var watch = Stopwatch.StartNew();
        var ends = await store.Profiles.ColumnRangesAsync(Type, ColumnSink.PartRows, default);
        await Parallel.ForEachAsync(Enumerable.Range(0, ends.Count), async (i, token) =>
            await store.Profiles.ReadColumnProfilesAsync(new ColumnRange(Type, i == 0 ? 0 : ends[i - 1], ends[i]), new Nowhere(), token));
        var profiles = watch.Elapsed.TotalSeconds;
        await Parallel.ForEachAsync((await store.Profiles.ActivityExtentAsync(ColumnPass.ActivityRange, default)).Ranges, async (range, token) =>
            await store.Profiles.ReadColumnActivitiesAsync(range, new Nowhere(), token));
        return (profiles, watch.Elapsed.TotalSeconds - profiles);
    }

    private static ColumnImages Images(IInsightsStore store, string directory) =>
        new(store.Profiles, store.Changes, new HostSettings { DataDirectory = directory }, TimeProvider.System, NullLogger<ColumnImages>.Instance, Timeout.InfiniteTimeSpan);

    private static async Task FillAsync(SqliteStore store, int profiles, int activities)
    {
        var contacts = (await store.Records.EnsureStreamAsync("crm.contacts", [], default)).Number;
        var orders = (await store.Records.EnsureStreamAsync("shop.orders", [], default)).Number;
        for (var from = 0; from < profiles; from += Batch)
        {
            var keys = Enumerable.Range(from, Math.Min(Batch, profiles - from)).ToList();
            await store.Activities.ProjectAsync(
                new ProjectionBatch(contacts, new ProjectionPosition(from + 1, "m"), false, false, [.. keys.Select(i => KeyValuePair.Create($"k{i}", true))], [], []), default);
            await store.Profiles.ApplyAsync(Changes([.. keys.Select(i => Put(i))]), default);
        }

        for (var from = 0; from < activities; from += Batch)
        {
            // In the order of time, as they come: a profile's lie far apart.
            var batch = Enumerable.Range(from, Math.Min(Batch, activities - from)).Select(i => Order(i, (int)((i * 7_368_787L) % profiles), contacts)).ToList();
            await store.Activities.ProjectAsync(new ProjectionBatch(orders, new ProjectionPosition(from + 1, "m"), false, false, [], batch, []), default);
        }
    }

    private static ProjectedActivity Order(int i, int profile, int contacts) => new(
        $"o{i}",
        "order",
        new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(6L * i),
        contacts,
        $"k{profile}",
        ValueDocument.Write(s_fields, [Value.Of((i * 37 % 50_000) / 100m), Value.Of(i % 3 == 0 ? "EUR" : "USD"), Value.Of($"channel {i % 7}"), Value.Of((long)(i % 5) + 1)]));

    // Nodes of a new store are numbered in the order in which they come, from 1.
    private static ProfilePut Put(int i, int salt = 0)
    {
        var values = new Value[s_names.Length];
        for (var a = 0; a < values.Length; a++)
        {
            values[a] = ValueOf(i + salt, a);
        }

        var id = new ProfileId(new Guid(i, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]));
        var document = ValueDocument.Write(s_names, values);
        return new ProfilePut(id, i + 1, [i + 1], document, "{}", "", "", [], SHA256.HashData(document));
    }

    private static DataType TypeOf(int attribute) => (attribute % 6) switch
    {
        0 or 1 => DataType.Text,
        2 => DataType.Integer,
        3 => DataType.Decimal,
        4 => DataType.Boolean,
        _ => DataType.Date,
    };

    // One text in ten is a different one for everybody; a tenth of all values is missing.
    private static Value ValueOf(int i, int attribute)
    {
        var noise = (uint)((i * 2_654_435_761L) + (attribute * 40_503L)) >> 4;
        return noise % 10 == 0 ? default : TypeOf(attribute) switch
        {
            DataType.Text => Value.Of(attribute == 0 ? $"person{i}@example.com" : $"value {noise % (uint)(10 << (attribute % 4 * 3))}"),
            DataType.Integer => Value.Of((long)(noise % 1000)),
            DataType.Decimal => Value.Of(new decimal((int)(noise % 1_000_000), 0, 0, false, 2)),
            DataType.Boolean => Value.Of(noise % 3 == 0),
            _ => Value.Of(new DateOnly(1950, 1, 1).AddDays((int)(noise % 20_000))),
        };
    }

    private static ProfileChanges Changes(IReadOnlyList<ProfilePut> puts) => new(Type, puts, [], [], [], [], "bench");

    private static int Option(string[] arguments, string name, int otherwise) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : otherwise;

    private static string? Text(string[] arguments, string name) => Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;

    private static void Say(string what, double figure, string unit) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-70} {figure,14:N2} {unit}"));

    /// <summary>Takes all and keeps nothing.</summary>
    private sealed class Nowhere : IColumnProfileSink, IColumnActivitySink
    {
        private long _bytes;

        public void Profile(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) => _bytes += attributes.Length + measures.Length;

        public void Node(long node) => _bytes += node;

        public void Types(IReadOnlyList<string> types) => _bytes += types.Count;

        public void Activity(long node, int type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) => _bytes += document.Length;
    }
}
