using System.Text.RegularExpressions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>The rules of a connector's answers: catalogs, and the messages of one read in their order.</summary>
internal sealed partial class SourceRules(ReadRequest request)
{
    // From the SDK: no checkpoint after Incomplete, nothing at all after the end, an end for every stream.
    private readonly Dictionary<string, bool> _ended = request.Streams.ToDictionary(stream => stream.Stream, _ => false, StringComparer.Ordinal);

    /// <summary>Until when the source has asked for patience; null when it has not.</summary>
    internal DateTimeOffset? WaitingUntil { get; private set; }

    internal SourceMessage Check(SourceMessage message)
    {
        var known = _ended.TryGetValue(message.Stream ?? "", out var ended);
        Rules.Require(known, "stream", $"A {message.GetType().Name} is for the stream '{Rules.Short(message.Stream ?? "")}', which was not asked for.");
        Rules.Require(!ended, "stream-ended", $"A {message.GetType().Name} came for the stream '{Rules.Short(message.Stream!)}' after its StreamEnded.");
        WaitingUntil = null;
        switch (message)
        {
            case RecordBatch batch:
                return CheckBatch(batch);
            case Checkpoint checkpoint:
                return checkpoint with { State = Rules.State($"The checkpoint of '{Rules.Short(checkpoint.Stream)}'", checkpoint.State) };
            case RejectedRecord rejected:
                Rules.Require(!string.IsNullOrWhiteSpace(rejected.Reason), "reason", $"A rejected record of '{Rules.Short(rejected.Stream)}' has no reason.");
                return rejected with
                {
                    Reason = Rules.Note(rejected.Reason, Rules.MaxReason)!,
                    Key = Rules.Note(rejected.Key),
                    Field = Rules.Note(rejected.Field, 200),
                    Location = Rules.Note(rejected.Location),
                    Excerpt = Rules.Note(rejected.Excerpt, 200),
                };
            case StreamEnded end:
                Rules.Defined("StreamEnded.Outcome", end.Outcome);
                _ended[end.Stream] = true;
                return end with { Reason = Rules.Note(end.Reason, Rules.MaxReason) };
            case StreamWaiting waiting:
                WaitingUntil = waiting.ResumesAt;
                return waiting with { Reason = Rules.Note(waiting.Reason, Rules.MaxReason) ?? "" };
            case SchemaFound found:
                return new SchemaFound(Descriptor(found.Descriptor));
            default:
                throw new RuleBrokenException("message", $"A message of type {message.GetType().Name} is not known.");
        }
    }

    /// <summary>Checks that the read may end here.</summary>
    internal void CheckEnd()
    {
        if (_ended.Where(stream => !stream.Value).Select(stream => stream.Key).ToList() is { Count: > 0 } open)
        {
            throw new RuleBrokenException("stream-end", $"It ended without a StreamEnded for {string.Join(", ", open.Select(name => $"'{name}'"))}.");
        }
    }

    internal static SourceCatalog Catalog(SourceCatalog? catalog)
    {
        var given = Rules.NotNull("The catalog", catalog);
        var streams = Rules.Copy("SourceCatalog.Streams", given.Streams, 0, Rules.MaxBatch, (stream, _) => Descriptor(stream));
        Rules.Unique("SourceCatalog.Streams", streams.Select(stream => stream.Name));
        return new SourceCatalog(streams) { Warnings = Rules.Copy("SourceCatalog.Warnings", given.Warnings, 0, Rules.MaxBatch, (text, _) => Rules.Note(text)!) };
    }

    private static StreamDescriptor Descriptor(StreamDescriptor? descriptor)
    {
        var given = Rules.NotNull("A stream's description", descriptor);
        Rules.Require(given.Name is not null && StreamName().IsMatch(given.Name), "stream-name", $"'{Rules.Short(given.Name ?? "")}' is not a stream's name: 1 to 100 letters, digits and _ - .");
        var what = $"The stream '{given.Name}'";
        var fields = Rules.Fields($"{what}: Fields", given.Fields, least: 1);
        var key = Rules.Copy($"{what}: PrimaryKey", given.PrimaryKey, given.HasSyntheticKey ? 0 : 1, fields.Length);
        foreach (var name in key.Append(given.CursorField).OfType<string>())
        {
            Rules.Require(Array.Exists(fields, field => field.Name == name), "key-field", $"{what} names '{Rules.Short(name)}' as key or cursor, which is not among its fields.");
        }

        var modes = Rules.Copy($"{what}: Modes", given.Modes, 1, 10, (mode, _) =>
        {
            Rules.Defined($"{what}: a mode", mode);
            return mode;
        });
        Rules.Require(given.StateVersion >= 1, "state-version", $"{what} has state version {given.StateVersion}; versions count from 1.");
        return given with { Fields = fields, PrimaryKey = key, Modes = modes };
    }

    private static RecordBatch CheckBatch(RecordBatch batch)
    {
        var names = Rules.NotNull("RecordBatch.Names", batch.Names);
        var records = Rules.Copy($"A batch of '{Rules.Short(batch.Stream)}'", batch.Records, 1, Rules.MaxBatch, (record, i) => CheckRecord(record, i, names));
        return batch with { Records = records };
    }

    // Runs for every record: nothing is allocated while all is well, so no message is made before it is needed.
    private static Record CheckRecord(Record record, int index, FieldNames names)
    {
        if (record.Key is not { Length: >= 1 and <= 400 })
        {
            throw new RuleBrokenException("record-key", $"Record {index + 1} of the batch has a key of {record.Key?.Length ?? 0} characters; 1 to 400 are allowed.");
        }

        Rules.Defined("Record.Operation", record.Operation);
        var values = Rules.NotNull("Record.Values", record.Values);
        if (record.Operation == RecordOperation.Upsert)
        {
            if (values.Length != names.Count)
            {
                throw new RuleBrokenException("record-values", $"Record {index + 1} of the batch has {values.Length} values for {names.Count} fields.");
            }

            for (var i = 0; i < values.Length; i++)
            {
                var wrong = values[i].Kind is FieldKind.Text or FieldKind.Json ? values[i].AsText().Length > Rules.MaxText : values[i].Kind == FieldKind.TextList;
                if (wrong)
                {
                    Rules.Value($"'{names[i]}' of record {index + 1}", values[i], null);
                }
            }
        }

        return record.Location is { Length: > Rules.MaxNote } ? record with { Location = Rules.Note(record.Location) } : record;
    }

    [GeneratedRegex(@"^[\p{L}\p{Nd}_.-]{1,100}\z", RegexOptions.NonBacktracking)]
    private static partial Regex StreamName();
}
