using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk.Testing.Checks;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Uses a component as the host would in a day, and keeps every word of it.</summary>
internal sealed class Exercise
{
    /// <summary>All texts that it answered with; each with where it came from.</summary>
    internal List<(string Where, string Text)> Texts { get; } = [];

    internal List<PluginFailure> Failures { get; } = [];

    /// <summary>A digest of what it did, where it is to be compared.</summary>
    internal string Digest { get; private set; } = "";

    internal static async Task<Exercise> RunAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        var exercise = new Exercise();
        try
        {
            await (trial.Component.Subject switch
            {
                Subject.Connector => exercise.ReadAsync(trial, config, cancellationToken),
                Subject.ProfileEnrichment => exercise.EnrichAsync(trial, config, cancellationToken),
                Subject.PopulationEnrichment => exercise.PopulationAsync(trial, config, cancellationToken),
                _ => exercise.ExportAsync(trial, config, cancellationToken),
            });
        }
        catch (PluginCallException error)
        {
            exercise.Fail(error.Failure);
        }

        return exercise;
    }

    private async Task ReadAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using (var source = await trial.OpenSourceAsync(config, "kit", cancellationToken))
        {
            Say("a check", await source.CheckAsync(cancellationToken));
            var catalog = await source.DiscoverAsync(cancellationToken);
            catalog.Streams.SelectMany(stream => stream.Fields.SelectMany(field => (string?[])[field.Name, field.Description, field.Format]).Append(stream.Name)).Concat(catalog.Warnings).ToList().ForEach(text => Say("the catalog", text));
        }

        var reading = await trial.ReadAsync(new SourceRead(config), cancellationToken);
        Digest = reading.Digest();
        reading.Messages.ForEach(Say);
        if (reading.Failure is { } failure)
        {
            Fail(failure);
        }
    }

    private async Task EnrichAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using (var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken))
        {
            Say("a check", await enrichment.CheckAsync(cancellationToken));
        }

        var results = await trial.EnrichAsync(config, trial.Profiles(), cancellationToken);
        Digest = Canonical.Digest(results.Select(Canonical.Result));
        Say(results);
    }

    private async Task PopulationAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using (var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken))
        {
            Say("a check", await enrichment.CheckAsync(cancellationToken));
        }

        var run = await trial.RunAsync(config, trial.Profiles(), null, cancellationToken);
        Digest = Canonical.Digest(run.Content().Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
        Say(run.Results());
        run.Messages.OfType<PopulationCheckpoint>().ToList().ForEach(checkpoint => Say("a checkpoint", Encoding.UTF8.GetString(checkpoint.State.Span)));
        foreach (var report in run.Messages.OfType<EnrichmentReport>())
        {
            Say("the report", report.Summary);
            report.Warnings.Concat(report.Metrics.Select(metric => $"{metric.Name} {metric.Value} {metric.Meaning}")).ToList().ForEach(text => Say("the report", text));
        }

        if (run.Failure is { } failure)
        {
            Fail(failure);
        }
    }

    private async Task ExportAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        Say("a check", await target.CheckAsync(cancellationToken));
        var most = (await target.DescribeAsync(cancellationToken)).MaxBatch;
        var members = trial.TestMembers().Select(member => trial.Member(member)).ToList();
        await using var session = await target.OpenAsync(trial.Job("kit-exercise", members.Count), cancellationToken);
        var batch = 0;
        foreach (var some in members.Chunk(most))
        {
            var outcomes = await session.WriteAsync($"batch-{++batch}", some, cancellationToken);
            outcomes.ToList().ForEach(outcome => Say("an outcome", $"{outcome.Reason} {outcome.RemoteId}"));
            Digest += Canonical.Digest(outcomes.Select(outcome => outcome.Result.ToString()));
        }

        var receipt = await session.CommitAsync(cancellationToken);
        Say("the receipt", receipt.Summary);
        receipt.Details.ToList().ForEach(pair => Say("the receipt", $"{pair.Key} {pair.Value}"));
    }

    private void Say(SourceMessage message)
    {
        switch (message)
        {
            case RecordBatch batch:
                foreach (var record in batch.Records)
                {
                    Say("a record", $"{record.Key} {Canonical.Record(batch.Names, record)}");
                    Say("a record's location", record.Location);
                }

                break;
            case RejectedRecord rejected:
                Say("a rejected record", $"{rejected.Reason} {rejected.Excerpt} {rejected.Location} {rejected.Key}");
                break;
            case Checkpoint checkpoint:
                Say("a state", Encoding.UTF8.GetString(checkpoint.State.Utf8Json.Span));
                break;
            case StreamEnded end:
                Say("the end of a stream", end.Reason);
                break;
            case StreamWaiting waiting:
                Say("a wait", waiting.Reason);
                break;
        }
    }

    private void Say(IEnumerable<EnrichmentResult> results)
    {
        foreach (var result in results)
        {
            Say("a result", $"{Canonical.Result(result)} {result.Reason}");
        }
    }

    private void Say(string where, CheckResult result)
    {
        foreach (var item in result.Items)
        {
            Say(where, $"{item.Name} {item.Message}");
        }
    }

    private void Fail(PluginFailure failure)
    {
        Failures.Add(failure);
        Say("a failure's message", failure.Message);
        Say("a failure's detail", failure.Detail);
    }

    private void Say(string where, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Texts.Add((where, text));
        }
    }
}
