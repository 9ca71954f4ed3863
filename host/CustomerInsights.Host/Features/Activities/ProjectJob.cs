using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>
/// The projector: turns changed records into nodes and activities, stream by stream, in order of change, with its position in the transaction of what
/// it wrote. A changed mapping makes it begin a stream again; what is equal costs no write.
/// </summary>
internal sealed class ProjectJob(MetadataService metadata, IRecordStore records, IActivityStore activities, StreamConsents consents, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "project";

    private const int BatchSize = 2000;
    private const int MostParticipants = 100;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var streams = await records.ListStreamsAsync(cancellationToken);
        var numbers = streams.ToDictionary(stream => stream.Name, stream => stream.Number, StringComparer.Ordinal);
        var broken = model.Faults.Where(fault => fault is { Kind: DefinitionKinds.Mapping, Warning: false }).ToList();
        if (broken.Count > 0)
        {
            throw new JobFailedException("Configuration", $"The mapping '{broken[0].Name}' is not valid at {broken[0].Pointer}: {broken[0].Message}");
        }

        var moment = new RuleMoment(clock.GetUtcNow());
        var tally = new Tally();
        foreach (var stream in streams)
        {
            var mapping = model.Mappings.GetValueOrDefault(stream.Name);
            await ProjectAsync(job, stream, mapping, StreamConsents.Reader(model, mapping), numbers, moment, tally, cancellationToken);
        }

        return new JobResult(
            tally.Written,
            tally.Written == 0 ? "Nothing to project." : $"{tally.Written:N0} nodes and activities written.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["written"] = tally.Written, ["unmappable"] = tally.Unmappable })
        {
            Warnings = tally.Warnings(),
        };
    }

    private async Task ProjectAsync(
        JobContext job, StoredStream stream, MappingModel? mapping, ConsentReader? consent, Dictionary<string, int> numbers, RuleMoment moment, Tally tally, CancellationToken cancellationToken)
    {
        var fingerprint = mapping?.Fingerprint ?? "";
        var position = await activities.PositionAsync(stream.Number, cancellationToken);
        var restart = position?.Mapping != fingerprint || position.Restarting;
        if (restart && mapping is null)
        {
            if (position is { Mapping.Length: > 0 })
            {
                var cleared = await activities.ProjectAsync(
                    new ProjectionBatch(stream.Number, new ProjectionPosition(stream.LastSequence, fingerprint), true, true, [], [], []), cancellationToken);
                tally.Written += cleared.Written;
            }

            return;
        }

        if (mapping is null || (!restart && position!.Sequence >= stream.LastSequence))
        {
            return;
        }

        var after = position?.Mapping == fingerprint ? position.Sequence : 0;
        await foreach (var batch in records.ReadChangesAsync(stream.Number, after, BatchSize, cancellationToken))
        {
            after = batch[^1].Sequence;

            // Before the position moves on: after a crash it is told again, which changes nothing.
            await consents.TellAsync(consent, batch, moment, cancellationToken);
            var projected = Project(batch, mapping, numbers, moment, tally);
            var counts = await activities.ProjectAsync(
                new ProjectionBatch(stream.Number, new ProjectionPosition(after, fingerprint), restart, false, projected.Nodes, projected.Activities, projected.Deleted), cancellationToken);
            tally.Written += counts.Written;
            job.Report(tally.Done += batch.Count, null, $"projecting {stream.Name}");
        }

        if (restart)
        {
            var counts = await activities.ProjectAsync(
                new ProjectionBatch(stream.Number, new ProjectionPosition(after, fingerprint), true, true, [], [], []), cancellationToken);
            tally.Written += counts.Written;
        }
    }

    private static (List<KeyValuePair<string, bool>> Nodes, List<ProjectedActivity> Activities, List<string> Deleted) Project(
        IReadOnlyList<StoredRecord> batch, MappingModel mapping, Dictionary<string, int> numbers, RuleMoment moment, Tally tally)
    {
        var nodes = new List<KeyValuePair<string, bool>>();
        var made = new List<ProjectedActivity>();
        var deleted = new List<string>();
        foreach (var record in batch)
        {
            if (mapping.Profile is not null)
            {
                nodes.Add(new KeyValuePair<string, bool>(record.Key, record.Document is not null));
            }
            else if (record.Document is not null && Activity(record, mapping.Activity!, numbers, moment, tally) is { } activity)
            {
                made.Add(activity);
            }
            else
            {
                deleted.Add(record.Key);
            }
        }

        return (nodes, made, deleted);
    }

    private static ProjectedActivity? Activity(
        StoredRecord record, ActivityMappingModel mapping, Dictionary<string, int> numbers, RuleMoment moment, Tally tally)
    {
        try
        {
            var subject = new RecordSubject(ValueDocument.Read(record.Document));
            if (mapping.Filter is not null && !mapping.Filter.Matches(subject, moment))
            {
                return null;
            }

            var at = mapping.At.Evaluate(subject, moment);
            if (at.IsMissing)
            {
                tally.WithoutTime++;
                return null;
            }

            var instant = at.Type == DataType.Date ? new DateTimeOffset(at.AsDate().ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : at.AsTime();
            var key = mapping.LinkKey is null ? Value.Missing : Conversion.To(mapping.LinkKey.Evaluate(subject, moment), DataType.Text);
            int? linked = !key.IsMissing && numbers.TryGetValue(mapping.LinkStream!, out var number) ? number : null;
            var document = ValueDocument.Write([.. mapping.Fields.Select(field => field.Name)], subject.Map(mapping.Fields, moment));
            return new ProjectedActivity(record.Key, mapping.Type, instant, linked, linked is null ? null : key.AsText(), document)
            {
                Match = linked is null ? mapping.Match?.KeyOf(subject, moment) : null,
                Participants = [.. mapping.Participants.SelectMany(one => Participants(one, subject, numbers, moment))],
            };
        }
        catch (RuleEvaluationException error)
        {
            tally.Fail(error.Message);
            return null;
        }
    }

    private static IEnumerable<ActivityParticipant> Participants((string Role, string Stream, BoundRule Key) link, RecordSubject subject, Dictionary<string, int> numbers, RuleMoment moment)
    {
        if (!numbers.TryGetValue(link.Stream, out var stream))
        {
            return [];
        }

        var value = link.Key.Evaluate(subject, moment);
        IEnumerable<string> keys = value.IsMissing ? [] : value.Type == DataType.TextList ? value.AsTextList() : [Conversion.To(value, DataType.Text).AsText()];
        return keys.Where(key => key.Length > 0).Distinct(StringComparer.Ordinal).Take(MostParticipants).Select(key => new ActivityParticipant(link.Role, stream, key));
    }

    private sealed class Tally
    {
        private string? _firstFailure;

        public long Written { get; set; }

        public long Done { get; set; }

        public long WithoutTime { get; set; }

        public long Failed { get; private set; }

        public long Unmappable => WithoutTime + Failed;

        public void Fail(string message)
        {
            _firstFailure ??= message;
            Failed++;
        }

        public List<string>? Warnings()
        {
            var warnings = new List<string>();
            if (WithoutTime > 0)
            {
                warnings.Add($"{WithoutTime:N0} records have no time and give no activity.");
            }

            if (_firstFailure is not null)
            {
                warnings.Add($"{Failed:N0} records could not be mapped; the first: {_firstFailure}");
            }

            return warnings.Count == 0 ? null : warnings;
        }
    }
}
