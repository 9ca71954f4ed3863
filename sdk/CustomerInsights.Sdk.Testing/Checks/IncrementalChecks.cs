using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>I: bookmarks, and going on from them.</summary>
internal static class IncrementalChecks
{
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
        new("I08", "A state of a newer version is refused as Configuration", Subject.Connector, FutureStateAsync),
        new("I09", "States of older versions are upgraded", Subject.Connector, OldStateAsync),
        new("I10", "A corrupt state is refused as Configuration, or read from the beginning", Subject.Connector, CorruptStateAsync),
        new("I11", "A state is small and holds no secret", Subject.Connector, StateAsync),
        new("I12", "The last checkpoint of a complete read covers all of it", Subject.Connector, LastCheckpointAsync),
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

        // A few kills say what all would; each costs the start of a worker.
        for (var kill = 1; kill <= Math.Min(3, checkpoints.Count); kill++)
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

    private static async Task FutureStateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (stream, state) in StatesOf(whole))
        {
            var reading = await ReadWithAsync(trial, config, stream, state with { Version = state.Version + 1 }, cancellationToken);
            Expect.That(reading.Failure is { Kind: FailureKind.Configuration }, $"With a state of version {state.Version + 1} the read of '{stream}' {reading.Ending()} The plugin writes version {state.Version} and cannot know a newer one: refuse it with FailureKind.Configuration.");
        }
    }

    private static async Task OldStateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var releases = trial.Manifest.Releases;
        if (releases.ReadsStateFrom >= releases.StateVersion)
        {
            throw Expect.NotHere("The manifest names no older version of the state (releases.readsStateFrom).");
        }

        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        for (var version = releases.ReadsStateFrom; version < releases.StateVersion; version++)
        {
            var examples = trial.Component.Test.States.Where(state => state.Version == version).ToList();
            Expect.That(examples.Count > 0, $"The manifest says that states from version {releases.ReadsStateFrom} on are read, and test.json has no example of version {version} (states).");
            foreach (var example in examples)
            {
                await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
                var old = new StreamState(version, Encoding.UTF8.GetBytes(example.State.GetRawText()));
                var upgraded = await source.UpgradeStateAsync(example.Stream, old, cancellationToken);
                Expect.That(upgraded.Version == releases.StateVersion, $"UpgradeStateAsync made version {upgraded.Version} of a state of version {version} of '{example.Stream}'; the manifest says {releases.StateVersion}.");
                await source.DisposeAsync();
                var reading = await ReadWithAsync(trial, config, example.Stream, upgraded, cancellationToken);
                Expect.That(reading.IsComplete, $"From the upgraded state of version {version} the read of '{example.Stream}' {reading.Ending()}");
                var wrong = reading.Content().Where(pair => whole.Content().GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Key).ToList();
                Expect.That(wrong.Count == 0, $"From the upgraded state of version {version} the read of '{example.Stream}' yields {Expect.Some(wrong)}, which are not as they are in a full read.");
            }
        }
    }

    private static async Task CorruptStateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (stream, state) in StatesOf(whole))
        {
            foreach (var corrupt in Corrupted(state))
            {
                var reading = await ReadWithAsync(trial, config, stream, state with { Utf8Json = Encoding.UTF8.GetBytes(corrupt) }, cancellationToken);
                if (reading.Failure is { } failure)
                {
                    Expect.That(failure.Kind == FailureKind.Configuration, $"With the state {Short(corrupt)} the read of '{stream}' {reading.Ending()} A state that cannot be read is FailureKind.Configuration: a person starts the stream anew.");
                }
                else if (reading.Outcome(stream) == StreamOutcome.Complete && reading.Content().Count > 0)
                {
                    var missing = whole.Content().Keys.Where(key => key.Stream == stream && !reading.Content().ContainsKey(key)).Select(key => key.Key).ToList();
                    Expect.That(missing.Count == 0 || reading.Content().Count < missing.Count, $"With the state {Short(corrupt)} the read of '{stream}' ends Complete without {Expect.Some(missing)}.");
                }
            }
        }
    }

    private static async Task StateAsync(Trial trial, CancellationToken cancellationToken)
    {
        const int most = 65_536;
        var (_, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var checkpoint in whole.Messages.OfType<Checkpoint>())
        {
            var text = Encoding.UTF8.GetString(checkpoint.State.Utf8Json.Span);
            Expect.That(checkpoint.State.Utf8Json.Length <= most, $"A state of '{checkpoint.Stream}' has {checkpoint.State.Utf8Json.Length} bytes; at most {most} are allowed.");
            Expect.That(SecretSearch.Find(text, trial.Bench.Planted) is null, $"A state of '{checkpoint.Stream}' holds a secret setting. States are stored and shown as they are; keep secrets out.");
        }

        if (!whole.Messages.OfType<Checkpoint>().Any())
        {
            throw Expect.NotHere("No checkpoint came.");
        }
    }

    private static async Task LastCheckpointAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var stream in SourceProbe.Incremental(catalog))
        {
            var checkpoints = whole.Checkpoints(stream.Name);
            Expect.That(checkpoints.Count > 0, $"'{stream.Name}' is read incrementally, and a complete read gave no checkpoint. The next read begins at the beginning again.");
            var lastRecord = whole.Messages.FindLastIndex(message => message.Stream == stream.Name && message is RecordBatch or RejectedRecord);
            Expect.That(checkpoints[^1] > lastRecord, $"The last records of '{stream.Name}' come after its last checkpoint; yield one before StreamEnded Complete, or the next read brings them again.");
            var spans = Gaps(whole, stream.Name);
            Expect.That(spans <= SourceProbe.SmallBatch * 20, $"'{stream.Name}' yields {spans} records without a checkpoint although CheckpointEvery asks for one as soon as it can be. Give one at least every CheckpointEvery.");
        }
    }

    private static int Gaps(Reading reading, string stream)
    {
        var (most, since) = (0, 0);
        foreach (var message in reading.Messages.Where(message => message.Stream == stream))
        {
            since = message is Checkpoint ? 0 : since + (message is RecordBatch batch ? batch.Records.Count : 0);
            most = Math.Max(most, since);
        }

        return most;
    }

    private static Dictionary<string, StreamState> StatesOf(Reading reading) =>
        reading.States() is { Count: > 0 } states ? states : throw Expect.NotHere("No checkpoint came, so there is no state.");

    private static Task<Reading> FromLastAsync(Trial trial, byte[] config, Reading first, string stream, CancellationToken cancellationToken) =>
        first.States().TryGetValue(stream, out var state)
            ? ReadWithAsync(trial, config, stream, state, cancellationToken)
            : throw Expect.Failed($"'{stream}' is read incrementally, and a complete read gave no checkpoint to go on from.");

    private static async Task<Reading> ReadWithAsync(Trial trial, byte[] config, string stream, StreamState state, CancellationToken cancellationToken)
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

    // Valid JSON, as the host stores nothing else: emptied, of another shape, with each value of another kind.
    private static IEnumerable<string> Corrupted(StreamState state)
    {
        yield return "{}";
        yield return "[]";
        yield return "\"state\"";
        var text = Encoding.UTF8.GetString(state.Utf8Json.Span);
        if (JsonNode.Parse(text) is not JsonObject members)
        {
            yield break;
        }

        foreach (var name in members.Select(pair => pair.Key).Take(8).ToList())
        {
            var changed = (JsonObject)members.DeepClone();
            changed[name] = changed[name] is JsonObject or JsonArray ? JsonValue.Create("?") : new JsonArray(JsonValue.Create(-1));
            yield return changed.ToJsonString();
        }
    }

    private static string Short(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
