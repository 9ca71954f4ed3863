using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>I08 to I12: the bookmark itself, new, old and broken.</summary>
internal static class StateChecks
{
    internal static async Task FutureStateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (stream, state) in StatesOf(whole))
        {
            var reading = await IncrementalChecks.ReadWithAsync(trial, config, stream, state with { Version = state.Version + 1 }, cancellationToken);
            Expect.That(reading.Failure is { Kind: FailureKind.Configuration }, $"With a state of version {state.Version + 1} the read of '{stream}' {reading.Ending()} The plugin writes version {state.Version} and cannot know a newer one: refuse it with FailureKind.Configuration.");
        }
    }

    internal static async Task OldStateAsync(Trial trial, CancellationToken cancellationToken)
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
                var reading = await IncrementalChecks.ReadWithAsync(trial, config, example.Stream, upgraded, cancellationToken);
                Expect.That(reading.IsComplete, $"From the upgraded state of version {version} the read of '{example.Stream}' {reading.Ending()}");
                var wrong = reading.Content().Where(pair => whole.Content().GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Key).ToList();
                Expect.That(wrong.Count == 0, $"From the upgraded state of version {version} the read of '{example.Stream}' yields {Expect.Some(wrong)}, which are not as they are in a full read.");
            }
        }
    }

    internal static async Task CorruptStateAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (stream, state) in StatesOf(whole))
        {
            foreach (var corrupt in Corrupted(state))
            {
                var reading = await IncrementalChecks.ReadWithAsync(trial, config, stream, state with { Utf8Json = Encoding.UTF8.GetBytes(corrupt) }, cancellationToken);
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

    internal static async Task StateAsync(Trial trial, CancellationToken cancellationToken)
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

    internal static async Task LastCheckpointAsync(Trial trial, CancellationToken cancellationToken)
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
