using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>R: what a connector reads.</summary>
internal static class ReadChecks
{
    private const int BigRows = 100_000;
    private const int BigBatch = 1000;

    // Over the second half of the records. In the first a process grows by what it needs at all, garbage included: the runtime lets it lie by the size of the processor's cache.
    private const long MostGrowth = 32L * 1024 * 1024;
    private const int AskedBatch = 2;

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("R01", "Every stream asked for ends, and ends Complete", Subject.Connector, EndsAsync),
        new("R02", "Every stream that is not empty has records", Subject.Connector, HasRecordsAsync),
        new("R03", "Every value is of the kind that its field declares", Subject.Connector, RecordChecks.KindsAsync),
        new("R04", "Declared fields are all seen, undeclared ones never", Subject.Connector, RecordChecks.FieldsAsync),
        new("R05", "The primary key is there, and unique by its values", Subject.Connector, RecordChecks.KeysAsync),
        new("R06", "Two reads give the same records, in every mode", Subject.Connector, RepeatsAsync),
        new("R07", "A selection of fields gives the same values", Subject.Connector, SelectionAsync),
        new("R08", "A limit of records is kept", Subject.Connector, LimitAsync),
        new("R09", "An empty source is Complete with no records", Subject.Connector, EmptyAsync),
        new("R10", "No checkpoint comes before its records", Subject.Connector, CheckpointOrderAsync),
        new("R11", "Records and rejected records add up to what the fixture holds", Subject.Connector, CountsAsync) { Note = "A checkpoint carries no counts: compared with test.json." },
        new("R12", "100,000 records are read in flat memory", Subject.Connector, MemoryAsync),
        new("R13", "Values arrive as they are at the source", Subject.Connector, RecordChecks.ValuesAsync),
        new("R14", "What was deleted at the source goes", Subject.Connector, DeletesAsync),
        new("R15", "Batches are at most twice as large as asked for", Subject.Connector, BatchSizeAsync),
    ];

    private static async Task EndsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, reading) = await trial.ReferenceAsync(cancellationToken);
        Expect.That(reading.Failure is null, $"The read {reading.Ending()}");
        foreach (var stream in catalog.Streams)
        {
            var outcome = reading.Outcome(stream.Name);
            Expect.That(outcome == StreamOutcome.Complete, $"The stream '{stream.Name}' ended {outcome}; a first read of a source that answers ends Complete. {reading.Ending()}");
        }
    }

    private static async Task HasRecordsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, reading) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var stream in catalog.Streams.Where(stream => trial.Component.Test.Expect.Streams.GetValueOrDefault(stream.Name)?.Records != 0))
        {
            Expect.That(reading.Records(stream.Name).Any(), $"The stream '{stream.Name}' ended Complete without a record. If the fixture has none in it, say so: expect.streams.{stream.Name}.records = 0. A failure must not look like an empty source.");
        }

        var unknown = trial.Component.Test.Expect.Streams.Keys.Except(catalog.Streams.Select(stream => stream.Name), StringComparer.Ordinal).ToList();
        Expect.That(unknown.Count == 0, $"test.json expects the streams {Expect.Some(unknown)}, which were not discovered; found were {Expect.Some(catalog.Streams.Select(stream => stream.Name))}.");
    }

    private static async Task RepeatsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, first) = await trial.GoodReferenceAsync(cancellationToken);
        var second = await trial.ReadAsync(new SourceRead(config) { Streams = SourceProbe.Selections(catalog) }, cancellationToken);
        Expect.That(second.IsComplete, $"A second read of the same source {second.Ending()}");
        Same(first, second, $"A second read of the same source");
        var key = $"digest {trial.Component.Name}";
        if (trial.Memory.Find<Reading>(key) is { } other)
        {
            Same(other, first, $"The read with isolation '{trial.Mode}' (compared with the other mode)");
        }

        trial.Memory.Keep(key, first);
    }

    private static async Task SelectionAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, full) = await trial.GoodReferenceAsync(cancellationToken);
        var wanted = catalog.Streams.ToDictionary(stream => stream.Name, stream => stream.Fields.Select(field => field.Name).Where((field, i) => i % 2 == 0 || stream.PrimaryKey.Contains(field)).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var streams = SourceProbe.Selections(catalog).Select(selection => selection with { Fields = [.. wanted[selection.Stream]] }).ToList();
        var part = await trial.ReadAsync(new SourceRead(config) { Streams = streams }, cancellationToken);
        Expect.That(part.IsComplete, $"With half of the fields selected the read {part.Ending()}");
        foreach (var stream in catalog.Streams)
        {
            var expected = Picked(full, stream.Name, wanted[stream.Name]);
            var found = Picked(part, stream.Name, wanted[stream.Name]);
            var wrong = expected.FirstOrDefault(pair => found.GetValueOrDefault(pair.Key) != pair.Value);
            Expect.That(wrong.Key is null, $"With the fields {Expect.Some(wanted[stream.Name])} of '{stream.Name}' selected, record '{wrong.Key}' is not as it is without a selection: found '{Shown(found.GetValueOrDefault(wrong.Key ?? ""))}', expected '{Shown(wrong.Value)}'.");
        }
    }

    private static async Task LimitAsync(Trial trial, CancellationToken cancellationToken)
    {
        const int limit = 1;
        var (config, catalog, full) = await trial.GoodReferenceAsync(cancellationToken);
        var part = await trial.ReadAsync(new SourceRead(config) { Streams = SourceProbe.Selections(catalog), Limit = limit }, cancellationToken);
        Expect.That(part.Failure is null, $"With a limit of {limit} record the read {part.Ending()}");
        foreach (var stream in catalog.Streams)
        {
            var (read, all) = (part.Records(stream.Name).Count(), full.Records(stream.Name).Count());
            Expect.That(read <= limit, $"With RecordLimit {limit} the stream '{stream.Name}' gave {read} records; stop after {limit} and end Incomplete.");
            Expect.That(all <= limit || part.Outcome(stream.Name) == StreamOutcome.Incomplete, $"With RecordLimit {limit} of {all} records the stream '{stream.Name}' ended {part.Outcome(stream.Name)}; a run that stops early ends Incomplete, or the host deletes what it did not see.");
        }
    }

    private static async Task EmptyAsync(Trial trial, CancellationToken cancellationToken)
    {
        var empty = SourceProbe.Given(trial.Component.Test.Empty, "empty");
        var (_, catalog, _) = await trial.ReferenceAsync(cancellationToken);
        var config = trial.Bench.Set(trial.Component, empty);
        var found = await trial.DiscoverAsync(config, cancellationToken);
        if (found.Streams.Count == 0)
        {
            throw Expect.NotHere("Without records no stream is discovered.");
        }

        var reading = await trial.ReadAsync(new SourceRead(config) { Streams = SourceProbe.Selections(found) }, cancellationToken);
        Expect.That(reading.Failure is null, $"The read of an empty source {reading.Ending()} Nothing to read is not a failure.");
        Expect.That(!reading.Records().Any(), $"The read of an empty source gave {reading.Records().Count()} records.");
        foreach (var stream in found.Streams.Where(stream => catalog.Streams.Any(known => known.Name == stream.Name)))
        {
            Expect.That(reading.Outcome(stream.Name) == StreamOutcome.Complete, $"The empty stream '{stream.Name}' ended {reading.Outcome(stream.Name)}; it is Complete with no records, or the host keeps what is gone.");
        }
    }

    private static async Task CheckpointOrderAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, reading) = await trial.GoodReferenceAsync(cancellationToken);
        var checkpoints = reading.Checkpoints();
        Expect.That(checkpoints.Count > 0 || catalog.Streams.All(stream => !stream.Modes.Contains(SyncMode.Incremental)), $"No checkpoint came, and a stream is read incrementally.");
        if (checkpoints.Count == 0)
        {
            throw Expect.NotHere("No checkpoint came; nothing is read incrementally.");
        }

        foreach (var at in Resuming.Spread(checkpoints))
        {
            var checkpoint = (Checkpoint)reading.Messages[at];
            if (reading.Messages.Skip(at).OfType<RecordBatch>().FirstOrDefault(batch => batch.Stream == checkpoint.Stream) is not { } next)
            {
                continue;
            }

            var resumed = await Resuming.FromAsync(trial, config, SourceProbe.Selections(catalog), checkpoint, resuming: true, cancellationToken);
            var content = resumed.Content();
            var lost = next.Records.Where(record => !content.ContainsKey((checkpoint.Stream, record.Key))).Select(record => record.Key).ToList();
            Expect.That(lost.Count == 0, $"After a crash behind checkpoint {checkpoints.IndexOf(at) + 1} of '{checkpoint.Stream}' the records {Expect.Some(lost)} are lost: they were yielded after it, and a run that resumes from it skips them. A checkpoint covers what was yielded before it and nothing else.");
        }
    }

    private static async Task CountsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, _, reading) = await trial.GoodReferenceAsync(cancellationToken);
        var expected = trial.Component.Test.Expect.Streams.Where(pair => pair.Value.Records is not null || pair.Value.Rejected is not null).ToList();
        if (expected.Count == 0)
        {
            throw Expect.NotHere("test.json gives no counts (expect.streams.<name>.records, rejected).");
        }

        foreach (var (stream, counts) in expected)
        {
            var (records, rejected) = (reading.Content().Keys.Count(key => key.Stream == stream), reading.Rejected(stream).Count());
            Expect.That((counts.Records ?? records) == records, $"'{stream}' gave {records} records; the fixture holds {counts.Records}.");
            Expect.That((counts.Rejected ?? 0) == rejected, $"'{stream}' rejected {rejected} records; the fixture holds {counts.Rejected ?? 0} that cannot be read. {string.Join(' ', reading.Rejected(stream).Select(record => record.Reason).Take(2))}");
        }
    }

    private static async Task MemoryAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component, SourceProbe.Given(trial.Component.Test.Large, "large"));
        var (records, firstHalf, most) = (0L, 0L, 0L);
        var meter = new MemoryMeter(trial.Bench);
        var reading = await trial.ReadAsync(
            new SourceRead(config)
            {
                BatchSize = BigBatch,
                CheckpointEvery = TimeSpan.FromSeconds(10),
                Keep = false,
                OnMessage = message =>
                {
                    var before = records;
                    records += message is RecordBatch batch ? batch.Records.Count : 0;
                    if (records / (BigRows / 10) > before / (BigRows / 10))
                    {
                        most = Math.Max(most, meter.Used());
                        firstHalf = records <= BigRows / 2 ? most : firstHalf;
                    }

                    return ValueTask.CompletedTask;
                },
            },
            cancellationToken);
        Expect.That(reading.Failure is null, $"The read of many records {reading.Ending()}");
        Expect.That(records >= BigRows, $"The state 'large' gave {records} records; {BigRows} are needed to see growth.");
        Expect.That(most - firstHalf < MostGrowth, $"Memory grew by {(most - firstHalf) / 1024 / 1024} MB between record {BigRows / 2} and record {records}; less than {MostGrowth / 1024 / 1024} MB is flat. Yield what is read instead of gathering it.");
    }

    private static async Task DeletesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var changes = SourceProbe.Given(trial.Component.Test.Changes, "changes");
        if (changes.Deletes.Count == 0)
        {
            throw Expect.NotHere("test.json names no deletes in 'changes'.");
        }

        var (_, catalog, first) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (stream, keys) in changes.Deletes)
        {
            var absent = keys.Where(key => !first.Content().ContainsKey((stream, key))).ToList();
            Expect.That(absent.Count == 0, $"test.json says that {Expect.Some(absent)} of '{stream}' are deleted, and the first read has no such records.");
        }

        var config = trial.Bench.Change(trial.Component, changes);
        foreach (var descriptor in catalog.Streams.Where(stream => changes.Deletes.ContainsKey(stream.Name)))
        {
            var incremental = descriptor is { EmitsDeletes: true } && descriptor.Modes.Contains(SyncMode.Incremental);
            var selection = new StreamSelection(descriptor.Name, incremental ? SyncMode.Incremental : SyncMode.Full) { State = incremental ? first.States().GetValueOrDefault(descriptor.Name) : null };
            var second = await trial.ReadAsync(new SourceRead(config) { Streams = [selection] }, cancellationToken);
            Expect.That(second.IsComplete, $"The read after the change {second.Ending()}");
            var content = second.Content();
            var kept = changes.Deletes[descriptor.Name].Where(key => incremental ? content.GetValueOrDefault((descriptor.Name, key)) != "delete" : content.GetValueOrDefault((descriptor.Name, key)) is not null and not "delete").ToList();
            Expect.That(kept.Count == 0, incremental
                ? (FormattableString)$"'{descriptor.Name}' declares EmitsDeletes, and the incremental read does not delete {Expect.Some(kept)}; yield them with RecordOperation.Delete."
                : $"A full read of '{descriptor.Name}' still yields {Expect.Some(kept)}, which are gone at the source.");
        }
    }

    private static async Task BatchSizeAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, _, reading) = await trial.GoodReferenceAsync(cancellationToken);
        if (reading.Batches().Sum(batch => batch.Records.Count) <= AskedBatch * 2)
        {
            throw Expect.NotHere($"The fixture has too few records; more than {AskedBatch * 2} are needed in one stream.");
        }

        var most = reading.Batches().MaxBy(batch => batch.Records.Count)!;
        Expect.That(most.Records.Count <= AskedBatch * 2, $"With BatchSize {AskedBatch} a batch of '{most.Stream}' has {most.Records.Count} records; within twice of it is fine. Cut what the source gives into batches.");
    }

    private static void Same(Reading expected, Reading found, FormattableString what)
    {
        if (expected.Digest() == found.Digest())
        {
            return;
        }

        var (one, other) = (expected.Content(), found.Content());
        var differs = one.Keys.Union(other.Keys).First(key => one.GetValueOrDefault(key) != other.GetValueOrDefault(key));
        throw Expect.Failed($"{FormattableString.Invariant(what)} gives other records: '{differs.Key}' of '{differs.Stream}' is '{Shown(other.GetValueOrDefault(differs))}', before it was '{Shown(one.GetValueOrDefault(differs))}'.");
    }

    private static Dictionary<string, string> Picked(Reading reading, string stream, HashSet<string> wanted) =>
        reading.Records(stream).GroupBy(found => found.Record.Key, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => group.Last() is var (_, names, record) ? string.Join(", ", names.All.Select((name, i) => (name, Text: record.Values.Length > i ? Canonical.Value(record.Values[i]) : "null")).Where(pair => wanted.Contains(pair.name) && pair.Text != "null").OrderBy(pair => pair.name, StringComparer.Ordinal).Select(pair => $"{pair.name}={pair.Text}")) : "",
            StringComparer.Ordinal);

    internal static string Shown(string? text) => text is null ? "not there" : text.Replace('\u001f', ' ') is { Length: > 120 } longText ? longText[..120] + "…" : text.Replace('\u001f', ' ');
}
