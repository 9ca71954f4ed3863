using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>I: bookmarks, and going on from them.</summary>
internal static class IncrementalChecks
{
    // Each costs the start of a worker.
    private const int MostKills = 6;

    private static readonly DateTimeOffset[] OddTimes =
    [
        new(2028, 2, 29, 12, 0, 0, TimeSpan.Zero),      // leap day
        new(2026, 3, 29, 0, 59, 59, TimeSpan.Zero),     // a second before summer time in Europe
        new(2026, 10, 25, 0, 59, 59, TimeSpan.Zero),    // and before its end
        new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero),        // a clock that is far behind the source's
    ];

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("I01", "A read from the last state brings nothing new", Subject.Connector, NothingNewAsync),
        new("I02", "New and changed records appear", Subject.Connector, ChangesAsync),
        new("I03", "A run resumed from any of its checkpoints is whole", Subject.Connector | Subject.PopulationEnrichment, ResumeAsync),
        new("I04", "A run whose worker is killed after a checkpoint is whole when it is resumed", Subject.Connector, KillAsync) { OnlyIn = IsolationMode.Process, Note = "Kills the worker with SIGKILL; in process there is nothing to kill." },
        new("I05", "Records with the same cursor value on both sides of a checkpoint are not lost", Subject.Connector, TiesAsync),
        new("I06", "Records that come late with an older cursor value appear", Subject.Connector, LateAsync) { Note = "The SDK declares no look-back: test.json names the late records." },
        new("I07", "An odd clock changes nothing: leap day, summer time, a skew", Subject.Connector, ClockAsync) { OnlyIn = IsolationMode.InProcess, Note = "A worker has the system's clock." },
        new("I08", "A state of a newer version is refused as Configuration", Subject.Connector, StateChecks.FutureStateAsync),
        new("I09", "States of older versions are upgraded", Subject.Connector, StateChecks.OldStateAsync),
        new("I10", "A corrupt state is refused as Configuration, or read from the beginning", Subject.Connector, StateChecks.CorruptStateAsync),
        new("I11", "A state is small and holds no secret", Subject.Connector, StateChecks.StateAsync),
        new("I12", "The last checkpoint of a complete read covers all of it", Subject.Connector, StateChecks.LastCheckpointAsync),
    ];

    private static async Task NothingNewAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, first) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var stream in SourceProbe.Incremental(catalog))
        {
            var second = await FromLastAsync(trial, config, first, stream.Name, cancellationToken);
            Expect.That(second.IsComplete, $"The read from the last state {second.Ending()}");
            var known = first.Content();
            var fresh = second.Content().Where(pair => pair.Value != "delete" && known.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Key).ToList();
            Expect.That(fresh.Count == 0, $"Nothing has changed at the source, and a read of '{stream.Name}' from the last state yields {Expect.Some(fresh)} as it was not before.");
            var all = known.Keys.Count(key => key.Stream == stream.Name);
            Expect.That(all < 2 || second.Content().Count < all, $"A read of '{stream.Name}' from the last state yields all {all} records again: the state is not used. Records with the last cursor value may come twice, and no others.");
        }
    }

    private static async Task ChangesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var changes = SourceProbe.Given(trial.Component.Test.Changes, "changes");
        await MustAppearAsync(trial, changes.Upserts, "upserts", "are new or changed at the source", cancellationToken);
    }

    private static async Task LateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var changes = SourceProbe.Given(trial.Component.Test.Changes, "changes");
        await MustAppearAsync(trial, changes.Late, "late", "came late, with a cursor value from before the last state; look back as far as the source is late", cancellationToken);
    }

    private static async Task MustAppearAsync(Trial trial, IReadOnlyDictionary<string, string[]> keys, string member, string why, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            throw Expect.NotHere($"test.json names nothing in changes.{member}.");
        }

        var (_, catalog, first) = await trial.GoodReferenceAsync(cancellationToken);
        var config = trial.Bench.Change(trial.Component, trial.Component.Test.Changes);
        var now = await trial.ReadAsync(new SourceRead(config), cancellationToken);
        foreach (var stream in SourceProbe.Incremental(catalog).Where(stream => keys.ContainsKey(stream.Name)))
        {
            var second = await FromLastAsync(trial, config, first, stream.Name, cancellationToken);
            Expect.That(second.IsComplete, $"The read after the change {second.Ending()}");
            var content = second.Content();
            var missing = keys[stream.Name].Where(key => !content.ContainsKey((stream.Name, key))).ToList();
            Expect.That(missing.Count == 0, $"An incremental read of '{stream.Name}' does not yield {Expect.Some(missing)}, which {why}.");
            var stale = keys[stream.Name].Where(key => now.Content().TryGetValue((stream.Name, key), out var value) && content[(stream.Name, key)] != value).ToList();
            Expect.That(stale.Count == 0, $"An incremental read of '{stream.Name}' yields {Expect.Some(stale)} with other values than a full read at the same moment.");
        }
    }

    private static async Task ResumeAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (trial.Component.Subject == Subject.PopulationEnrichment)
        {
            await EnrichmentChecks.ResumeAsync(trial, cancellationToken);
            return;
        }

        var (config, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var modes = catalog.Streams.SelectMany(stream => stream.Modes.Select(mode => new StreamSelection(stream.Name, mode))).ToList();
        var places = 0;
        foreach (var selection in modes)
        {
            var run = selection.Mode == SyncMode.Full ? whole : await trial.ReadAsync(new SourceRead(config) { Streams = [selection] }, cancellationToken);
            Expect.That(run.IsComplete, $"A first read of '{selection.Stream}' with mode {selection.Mode} {run.Ending()}");
            var checkpoints = run.Checkpoints(selection.Stream);
            foreach (var at in Resuming.Spread(checkpoints))
            {
                places++;
                var resumed = await Resuming.FromAsync(trial, config, [selection], (Checkpoint)run.Messages[at], resuming: true, cancellationToken);
                Resuming.MustBeWhole(run, at, resumed, selection.Stream, $"Resumed from checkpoint {checkpoints.IndexOf(at) + 1} of {checkpoints.Count} (mode {selection.Mode})");
            }
        }

        if (places == 0)
        {
            throw Expect.NotHere("No checkpoint came.");
        }
    }

    private static async Task KillAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var checkpoints = whole.Checkpoints();
        if (checkpoints.Count == 0)
        {
            throw Expect.NotHere("No checkpoint came.");
        }

        foreach (var kill in Resuming.Spread([.. Enumerable.Range(1, checkpoints.Count)], MostKills))
        {
            var seen = 0;
            var broken = await trial.ReadAsync(
                new SourceRead(config)
                {
                    OnMessage = async message =>
                    {
                        if (message is Checkpoint && ++seen == kill)
                        {
                            await KillWorkerAsync(trial.Bench);
                        }
                    },
                },
                cancellationToken);
            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            var at = broken.Checkpoints() is [.., var last] ? last : -1;
            Expect.That(at >= 0, $"The worker was killed after checkpoint {kill}, and no checkpoint was received.");
            var checkpoint = (Checkpoint)broken.Messages[at];
            var resumed = await Resuming.FromAsync(trial, config, SourceProbe.Selections(catalog), checkpoint, resuming: true, cancellationToken);
            var stored = broken.Messages.Take(at).Where(message => message.Stream == checkpoint.Stream);
            MustCover(whole, stored, resumed, checkpoint.Stream, kill);
        }
    }

    private static void MustCover(Reading whole, IEnumerable<SourceMessage> stored, Reading resumed, string stream, int kill)
    {
        Expect.That(resumed.IsComplete, $"After a kill behind checkpoint {kill} the resumed read {resumed.Ending()}");
        var content = Reading.ContentOf(stored);
        foreach (var (key, value) in resumed.Content())
        {
            content[key] = value;
        }

        var missing = whole.Content().Where(pair => pair.Key.Stream == stream && content.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Key).ToList();
        Expect.That(missing.Count == 0, $"The worker was killed after checkpoint {kill} of '{stream}', and the resumed run lost or changed {Expect.Some(missing)}. Keep nothing that a resumed run needs outside of the state.");
    }

    private static async Task KillWorkerAsync(Bench bench)
    {
        using var worker = Process.GetProcessById(bench.Loggers.WorkerId);
        worker.Kill();
        await worker.WaitForExitAsync(CancellationToken.None);
    }

    private static async Task TiesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, _) = await trial.GoodReferenceAsync(cancellationToken);
        var tied = 0;
        foreach (var stream in SourceProbe.Incremental(catalog).Where(stream => stream.CursorField is not null))
        {
            var selection = new StreamSelection(stream.Name, SyncMode.Incremental);

            // A batch of one puts a checkpoint between any two records.
            var run = await trial.ReadAsync(new SourceRead(config) { Streams = [selection], BatchSize = 1 }, cancellationToken);
            foreach (var at in run.Checkpoints(stream.Name))
            {
                var before = Cursor(run.Messages.Take(at).OfType<RecordBatch>().LastOrDefault(), stream, last: true);
                var after = Cursor(run.Messages.Skip(at).OfType<RecordBatch>().FirstOrDefault(), stream, last: false);
                if (before is null || before != after)
                {
                    continue;
                }

                tied++;
                foreach (var resuming in (bool[])[true, false])
                {
                    var resumed = await Resuming.FromAsync(trial, config, [selection], (Checkpoint)run.Messages[at], resuming, cancellationToken);
                    Resuming.MustBeWhole(run, at, resumed, stream.Name, $"From a checkpoint between two records with {stream.CursorField} = {before}");
                }
            }
        }

        if (tied == 0)
        {
            throw Expect.NotHere("No two records next to each other have the same value of a cursor field with a checkpoint between them; add some to the fixture.");
        }
    }

    private static string? Cursor(RecordBatch? batch, StreamDescriptor stream, bool last)
    {
        if (batch is null || batch.Names.IndexOf(stream.CursorField!) is not (>= 0 and var at))
        {
            return null;
        }

        var record = last ? batch.Records[^1] : batch.Records[0];
        return record.Operation == RecordOperation.Upsert ? Canonical.Value(record.Values[at]) : null;
    }

    private static async Task ClockAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        try
        {
            foreach (var time in OddTimes)
            {
                trial.Bench.Clock.Pretend(time);
                var reading = await trial.ReadAsync(new SourceRead(config), cancellationToken);
                Expect.That(reading.IsComplete, $"At {time:u} by the plugin's clock the read {reading.Ending()}");
                Expect.That(reading.Digest() == whole.Digest(), $"At {time:u} by the plugin's clock the read gives {reading.Content().Count} records, else {whole.Content().Count}, or other values. What is at the source does not hang on the clock here.");
            }
        }
        finally
        {
            trial.Bench.Clock.Pretend(null);
        }
    }

    private static Task<Reading> FromLastAsync(Trial trial, byte[] config, Reading first, string stream, CancellationToken cancellationToken) =>
        first.States().TryGetValue(stream, out var state)
            ? ReadWithAsync(trial, config, stream, state, cancellationToken)
            : throw Expect.Failed($"'{stream}' is read incrementally, and a complete read gave no checkpoint to go on from.");

    internal static async Task<Reading> ReadWithAsync(Trial trial, byte[] config, string stream, StreamState state, CancellationToken cancellationToken)
    {
        var catalog = trial.Memory.Find<SourceCatalog>($"catalog {trial.Component.Name} {trial.Mode}");
        if (catalog is null)
        {
            catalog = await trial.DiscoverAsync(config, cancellationToken);
            trial.Memory.Keep($"catalog {trial.Component.Name} {trial.Mode}", catalog);
        }

        var modes = catalog.Streams.FirstOrDefault(one => one.Name == stream)?.Modes ?? [SyncMode.Full];
        var mode = modes.Contains(SyncMode.Incremental) ? SyncMode.Incremental : SyncMode.Full;
        return await trial.ReadAsync(new SourceRead(config) { Streams = [new StreamSelection(stream, mode) { State = state }] }, cancellationToken);
    }
}
