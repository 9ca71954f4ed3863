using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>What came of one read: the messages in their order, and how it ended.</summary>
internal sealed class Reading
{
    internal List<SourceMessage> Messages { get; } = [];

    /// <summary>Why it failed; null when it did not.</summary>
    internal PluginFailure? Failure { get; set; }

    internal TimeSpan Took { get; set; }

    /// <summary>The last state of each record, by stream and key.</summary>
    internal Dictionary<(string Stream, string Key), string> Content() => ContentOf(Messages);

    internal static Dictionary<(string Stream, string Key), string> ContentOf(IEnumerable<SourceMessage> messages)
    {
        var content = new Dictionary<(string, string), string>();
        foreach (var batch in messages.OfType<RecordBatch>())
        {
            foreach (var record in batch.Records)
            {
                content[(batch.Stream, record.Key)] = Canonical.Record(batch.Names, record);
            }
        }

        return content;
    }

    internal IEnumerable<(string Stream, FieldNames Names, Record Record)> Records(string? stream = null) =>
        Messages.OfType<RecordBatch>().Where(batch => stream is null || batch.Stream == stream)
            .SelectMany(batch => batch.Records.Select(record => (batch.Stream, batch.Names, record)));

    internal IEnumerable<RecordBatch> Batches(string? stream = null) => Messages.OfType<RecordBatch>().Where(batch => stream is null || batch.Stream == stream);

    internal IEnumerable<RejectedRecord> Rejected(string? stream = null) => Messages.OfType<RejectedRecord>().Where(record => stream is null || record.Stream == stream);

    /// <summary>The places of the checkpoints of a stream among the messages.</summary>
    internal List<int> Checkpoints(string? stream = null) =>
        [.. Messages.Select((message, at) => (message, at)).Where(pair => pair.message is Checkpoint checkpoint && (stream is null || checkpoint.Stream == stream)).Select(pair => pair.at)];

    /// <summary>The last checkpoint of each stream.</summary>
    internal Dictionary<string, StreamState> States(int? before = null)
    {
        var states = new Dictionary<string, StreamState>(StringComparer.Ordinal);
        foreach (var checkpoint in Messages.Take(before ?? Messages.Count).OfType<Checkpoint>())
        {
            states[checkpoint.Stream] = checkpoint.State;
        }

        return states;
    }

    internal StreamOutcome? Outcome(string stream) => Messages.OfType<StreamEnded>().FirstOrDefault(end => end.Stream == stream)?.Outcome;

    /// <summary>True when nothing failed and every stream was read to its end.</summary>
    internal bool IsComplete => Failure is null && Messages.OfType<StreamEnded>().Any() && Messages.OfType<StreamEnded>().All(end => end.Outcome != StreamOutcome.Incomplete);

    internal string Digest() => Canonical.Digest(Content().Select(pair => $"{pair.Key.Stream}\u001f{pair.Key.Key}\u001f{pair.Value}").Order(StringComparer.Ordinal));

    /// <summary>How it ended, for messages.</summary>
    internal string Ending() => Failure is { } failure
        ? $"failed as {failure.Kind}: {failure.Message}"
        : $"ended {string.Join(", ", Messages.OfType<StreamEnded>().Select(end => $"'{end.Stream}' {end.Outcome}{(end.Reason is { } why ? $" ({why})" : "")}"))}";
}
