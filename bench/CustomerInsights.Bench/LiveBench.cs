using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules.Flips;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Host;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench;

/// <summary>
/// From an event that is committed to a membership that is changed and published: 1,000 segments, many profiles, a steady stream of events in small
/// batches, the real store. Published means that a follower of the moves, the code behind the server-sent events, has it in hand.
/// </summary>
internal static class LiveBench
{
    private const int Segments = 1000;
    private const int EventsInBatch = 10;

    /// <param name="profiles">How many profiles, of five activities each.</param>
    /// <param name="eventsPerSecond">How many events are asked of the producer.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="types">How many activity types the rules and events are spread over: the more, the fewer rules an event concerns, and the fewer memberships it moves.</param>
    public static async Task RunAsync(int profiles, int eventsPerSecond, int seconds, int types)
    {
        Measure.Machine();
        Wheel();
        var directory = Directory.CreateTempSubdirectory("ci-live-bench-").FullName;
        try
        {
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
            await using var columns = new ColumnImages(
                store.Profiles, store.Changes, new HostSettings { DataDirectory = directory }, TimeProvider.System, NullLogger<ColumnImages>.Instance, Timeout.InfiniteTimeSpan);
            await new LiveRun(store, columns, profiles, eventsPerSecond, seconds, types).RunAsync();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Wheel()
    {
        const int Entries = 1_000_000;
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        var random = new Random(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var wheel = new TimingWheel(now);
        var watch = Stopwatch.StartNew();
        for (var key = 0; key < Entries; key++)
        {
            wheel.Set(key, now + random.NextInt64(TimeSpan.TicksPerDay * 3650));
        }

        var added = watch.Elapsed;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        var due = new List<long>();
        watch.Restart();
        for (var at = now; wheel.Count > 0; at += TimeSpan.TicksPerHour)
        {
            due.Clear();
            wheel.Advance(at, due);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  timing wheel, {Entries:N0} entries over ten years: {bytes / Entries} B an entry, {added.TotalNanoseconds / Entries:0} ns to add, {watch.Elapsed.TotalNanoseconds / Entries:0} ns to come due"));
    }

    /// <summary>One run over an open store.</summary>
    private sealed class LiveRun(SqliteStore store, ColumnImages columns, int profiles, int eventsPerSecond, int seconds, int types)
    {
        // By profile: when the batch of its last event was committed, in stopwatch ticks.
        private readonly ConcurrentDictionary<ProfileId, long> _committed = new();
        private readonly ConcurrentQueue<double> _delays = new();
        private readonly Random _random = new(42);
        private int _contacts;
        private int _events;

        public async Task RunAsync()
        {
            var watch = Stopwatch.StartNew();
            _contacts = (await store.Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Text)], CancellationToken.None)).Number;
            _events = (await store.Records.EnsureStreamAsync("shop.events", [new StreamField("id", DataType.Text)], CancellationToken.None)).Number;
            using var metadata = new MetadataService(store.Definitions, store.Records, store.Enrichments, []);
            await DefineAsync(metadata);
            await FillAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {profiles:N0} profiles with {profiles * 5:N0} activities stored in {watch.Elapsed.TotalSeconds:0.0} s"));

            watch.Restart();
            await columns.StateAsync(await metadata.ModelAsync(CancellationToken.None), CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  columns built in {watch.Elapsed.TotalSeconds:0.0} s"));
            using var live = New(metadata);
            using var service = new LiveService(live, TimeProvider.System, NullLogger<LiveService>.Instance);
            watch.Restart();
            await service.StartAsync(CancellationToken.None);
            await BuiltAsync(live);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  first pass: {watch.Elapsed.TotalSeconds:0.0} s, {live.Progress.Now.Moves:N0} memberships, {live.Progress.Now.Flips:N0} flips awaited"));
            using var stop = new CancellationTokenSource();
            var follower = Task.Run(() => FollowAsync(stop.Token));
            await StreamAsync(live, seconds: 3, "warm-up");
            _delays.Clear();
            using var stages = new Stages("CustomerInsights.Live", "CustomerInsights.Storage");
            var (paused, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            await StreamAsync(live, seconds, "measured");
            stages.Tell();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    garbage collector: {GC.CollectionCount(0) - collections} collections, {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:0} ms paused in all; thread pool: {ThreadPool.ThreadCount} threads"));
            await stop.CancelAsync();
            await follower;
            await service.StopAsync(CancellationToken.None);
            Tell(live);
            await RestartAsync(metadata);
        }

        private LiveMembership New(MetadataService metadata) => new(
            metadata, store.Profiles, store.Segments, store.Changes, new ColumnAnswers(columns, new StreamedAnswers(new PopulationScan(store.Profiles, store.Links), store.Segments), store.Links, new ChannelMembers(store.Identifiers, store.Changes), store.Segments), TimeProvider.System);

        private async Task BuiltAsync(LiveMembership live)
        {
            while (live.Progress.Now is { Rebuilding: true } || await store.Changes.LastAsync(CancellationToken.None) > live.Progress.Now.Position)
            {
                await Task.Delay(50);
            }
        }

        // Nobody is out of date: flips are found again, which live in memory alone.
        private async Task RestartAsync(MetadataService metadata)
        {
            using var live = New(metadata);
            using var service = new LiveService(live, TimeProvider.System, NullLogger<LiveService>.Instance);
            var watch = Stopwatch.StartNew();
            await service.StartAsync(CancellationToken.None);
            await BuiltAsync(live);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  pass after a restart: {watch.Elapsed.TotalSeconds:0.0} s, {live.Progress.Now.Moves:N0} memberships, {live.Progress.Now.Flips:N0} flips awaited"));
            await service.StopAsync(CancellationToken.None);
        }

        private async Task DefineAsync(MetadataService metadata)
        {
            var changes = new List<DefinitionChange>
            {
                new(DefinitionKinds.ProfileType, "customer", """{ "attributes": { "city": { "type": "text" }, "age": { "type": "integer" } } }"""),
            };
            for (var type = 0; type < types; type++)
            {
                changes.Add(new DefinitionChange(DefinitionKinds.ActivityType, $"act{type}", """{ "fields": { "amount": { "type": "decimal" } } }"""));
            }

            for (var i = 0; i < Segments; i++)
            {
                var rule = (i % 6) switch
                {
                    0 => $"count(act{_random.Next(types)} where amount >= {_random.Next(90)} and at >= ago({_random.Next(1, 120)}d)) >= {_random.Next(1, 3)}",
                    1 => $"days_since(last(act{_random.Next(types)}.at)) > {_random.Next(1, 200)}",
                    2 => $"sum(act{_random.Next(types)}.amount) > {_random.Next(10, 2000)} and age > {_random.Next(18, 80)}",
                    3 => $"count(act{_random.Next(types)} where amount >= {_random.Next(90)}) >= {_random.Next(1, 4)}",
                    4 => $"city = \"City {_random.Next(50)}\" and age between {_random.Next(18, 40)} and {_random.Next(40, 80)}",
                    _ => $"segment(\"s{i - 2}\") and age > {_random.Next(18, 80)}",
                };
                changes.Add(new DefinitionChange(DefinitionKinds.Segment, $"s{i}", $$"""{ "rule": {{System.Text.Json.JsonSerializer.Serialize(rule)}} }"""));
            }

            var outcome = await metadata.ApplyAsync(changes, Discovered.Nothing, "bench", CancellationToken.None);
            if (!outcome.Done)
            {
                throw new InvalidOperationException(string.Join('\n', outcome.Faults));
            }

            var rules = (await metadata.ModelAsync(CancellationToken.None)).Segments.Select(segment => segment.Rule).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {rules.Count:N0} segments: {rules.Count(rule => RuleFlips.Of(rule).Moves):N0} move with time alone, {rules.Count(rule => rule.Dependencies.Segments.Count > 0):N0} ask for another; of {types} activity types one is read by {rules.Average(rule => rule.Dependencies.Activities.Count) * rules.Count / types:0} of them on average"));
        }

        private async Task FillAsync()
        {
            const int Batch = 5000;
            var now = TimeProvider.System.GetUtcNow();
            for (var from = 0; from < profiles; from += Batch)
            {
                var numbers = Enumerable.Range(from, Math.Min(Batch, profiles - from)).ToList();
                var run = await store.Records.BeginRunAsync(_contacts, $"r{from}", false, CancellationToken.None);
                await store.Records.WriteAsync(new RecordWrite(run.Id, [.. numbers.Select(number => new IncomingRecord($"c{number}", ValueDocument.Write([])))], [], null), CancellationToken.None);
                await store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, CancellationToken.None);
                await store.Activities.ProjectAsync(new ProjectionBatch(_contacts, new ProjectionPosition(from + 1, "m"), false, false, [.. numbers.Select(number => KeyValuePair.Create($"c{number}", true))], [], []), CancellationToken.None);
                await store.Activities.ProjectAsync(
                    new ProjectionBatch(_events, new ProjectionPosition(from + 1, "m"), false, false, [], [.. numbers.SelectMany(number => Enumerable.Range(0, 5).Select(i => Event($"f{number}-{i}", number, now.AddMinutes(-_random.Next(60 * 24 * 200)))))], []),
                    CancellationToken.None);
            }

            var puts = new List<ProfilePut>();
            await foreach (var node in store.Profiles.ReadNodesAsync(_contacts, CancellationToken.None))
            {
                var number = int.Parse(node.Key.AsSpan(1), CultureInfo.InvariantCulture);
                var document = ValueDocument.Write([KeyValuePair.Create("city", Value.Of($"City {_random.Next(50)}")), KeyValuePair.Create("age", Value.Of((long)_random.Next(18, 90)))]);
                puts.Add(new ProfilePut(Id(number), node.Id, [node.Id], document, "{}", node.Key, "", [], new byte[32]));
            }

            foreach (var chunk in puts.Chunk(Batch))
            {
                await store.Profiles.ApplyAsync(new ProfileChanges("customer", chunk, [], [], [], [], "bench"), CancellationToken.None);
            }
        }

        private async Task StreamAsync(LiveMembership live, int seconds, string what)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var (began, sent, largest, lags) = (Stopwatch.GetTimestamp(), 0, 0L, new List<double>());
            var position = 1_000_000L + Environment.TickCount64;
            var batches = seconds * eventsPerSecond / EventsInBatch;
            for (var batch = 0; batch < batches; batch++)
            {
                // The pace is kept by the clock and not by pauses: a slow commit is followed by quick ones.
                var due = TimeSpan.FromSeconds((double)batch * EventsInBatch / eventsPerSecond) - Stopwatch.GetElapsedTime(began);
                if (due > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(due);
                }

                var numbers = Enumerable.Range(0, EventsInBatch).Select(_ => _random.Next(profiles)).Distinct().ToList();
                var now = TimeProvider.System.GetUtcNow();
                await store.Activities.ProjectAsync(
                    new ProjectionBatch(_events, new ProjectionPosition(++position, "m"), false, false, [], [.. numbers.Select(number => Event($"{what}{position}-{number}", number, now))], []), CancellationToken.None);
                var committed = Stopwatch.GetTimestamp();
                foreach (var number in numbers)
                {
                    _committed[Id(number)] = committed;
                }

                sent += numbers.Count;
                if (batch % 50 == 0)
                {
                    var lag = await store.Changes.LastAsync(CancellationToken.None) - live.Progress.Now.Position;
                    largest = Math.Max(largest, lag);
                    lags.Add(lag);
                }
            }

            var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await Task.Delay(1000);
            var each = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / sent;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {sent:N0} events in {took:0.0} s, {sent / took:N0}/s; lag of the feed {lags.Average():0} rows on average, {largest:N0} at most; {each:0} µs of CPU an event, the producer's and the follower of moves included"));
        }

        // The commit is noted by the producer, which may come to it after the move was published: then the delay is as good as none.
        private async Task FollowAsync(CancellationToken cancellationToken)
        {
            try
            {
                var last = await store.Segments.LastMoveAsync(cancellationToken);
                await foreach (var (moves, _) in new MoveFollower(store.Segments, TimeProvider.System).FollowAsync(last, null, TimeSpan.FromSeconds(15), cancellationToken))
                {
                    var now = Stopwatch.GetTimestamp();
                    foreach (var move in moves.Where(move => _committed.ContainsKey(move.Profile)))
                    {
                        _delays.Enqueue(Math.Max(0, Stopwatch.GetElapsedTime(_committed[move.Profile], now).TotalMilliseconds));
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }

        private void Tell(LiveMembership live)
        {
            var delays = _delays.Order().ToList();
            if (delays.Count == 0)
            {
                Console.WriteLine("  no membership changed");
                return;
            }

            double At(double part) => delays[Math.Min(delays.Count - 1, (int)(delays.Count * part))];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  committed to changed and published: p50 {At(0.5):0.0} ms, p90 {At(0.9):0.0}, p99 {At(0.99):0.0}, max {delays[^1]:0.0} ({delays.Count:N0} moves; {live.Progress.Now.Evaluated:N0} evaluations since the start; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]})"));
        }

        private ProjectedActivity Event(string key, int profile, DateTimeOffset at) =>
            new(key, $"act{_random.Next(types)}", at, _contacts, $"c{profile}", ValueDocument.Write([KeyValuePair.Create("amount", Value.Of(_random.Next(1, 10_000) / 100m))]));

        private static ProfileId Id(int number) => new(new Guid(number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]));
    }
}
