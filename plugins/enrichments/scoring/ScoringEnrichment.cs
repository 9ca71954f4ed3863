using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>Predicts any yes or no that a rule can tell. See README.md for the method and what each attribute means.</summary>
public sealed class ScoringEnrichment : IPopulationEnrichment
{
    /// <summary>The most factors of a profile.</summary>
    private const int Factors = 5;

    // Cells of a snapshot in memory: 250,000 rows of 40 features. Learning takes about 100 bytes a cell (955 MiB at 150,000 rows of 44), and the manifest has 2 GiB.
    private const int MostCells = 10_000_000;
    private const int MostRows = 500_000;
    private const double LeastFactor = 0.01;

    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = ScoringOptions.Read(configuration);
        var days = options.HorizonDays.ToString(CultureInfo.InvariantCulture);
        return new EnrichmentDescriptor(
            options.Namespace,
            options.ProfileType,
            options.Attributes ?? [],
            [
                new("probability", FieldKind.Number) { Description = $"The probability that the outcome happens within {days} days, 0 to 1." },
                new("percentile", FieldKind.Integer) { Description = "The place among all who are scored, 1 to 100; 100 is the likeliest hundredth." },
                new("band", FieldKind.Text) { Description = $"The band that the score falls into: {string.Join(", ", options.Cuts.Names.Select(name => name.Length > 20 ? name[..20] : name))}." },
                .. Enumerable.Range(1, Factors).Select(n => new FieldDescriptor($"factor_{n}", FieldKind.Text)
                {
                    Description = $"What moves this score {(n == 1 ? "most" : "next, number " + n.ToString(CultureInfo.InvariantCulture))}, and whether it raises or lowers it. It is no cause.",
                }),
                new("grade", FieldKind.Text) { Description = "The grade of the model on its holdout: A, B or C." },
                new("until", FieldKind.Date) { Description = "The last day that the score is for." },
                new("model_version", FieldKind.Text) { Description = "The model: the day up to which it knows, and a piece of the fingerprint of its data." },
            ])
        {
            Activities = options.Sources.Selections,
            Conditions = Questions(options),
            MaxBatch = 200,
        };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        ScoringOptions.Read(configuration);
        return new(OrderPrediction.Checked);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = ScoringOptions.Read(configuration);
        var answered = AnsweringPass.Answered(resumeFrom);
        var now = options.Moment ?? population.AsOf;
        if (DateOnly.FromDateTime(now.UtcDateTime) > DateOnly.FromDateTime(population.AsOf.UtcDateTime))
        {
            throw new PluginException(FailureKind.Configuration, $"'{options.AsOf}' is later than the data, which is of {Figures.Day(Day(population.AsOf))}; take a day up to then.") { ConfigurationPath = "/asOf" };
        }

        var warnings = new List<string>();
        var stored = await ModelStore.ReadAsync(context.Storage, warnings, cancellationToken).ConfigureAwait(false);
        if (stored is not null && !IsGood(stored, options, now, answered))
        {
            stored = null;
        }

        var reading = new ScoringReading(options, now, stored);
        await reading.ReadAsync(population, context, cancellationToken).ConfigureAwait(false);
        var fresh = false;
        if (stored is null && reading.Usable())
        {
            context.Report(new PluginProgress(reading.Profiles, population.Count, "Learning and measuring."));
            stored = await Task.Run(() => Train(options, reading, now, cancellationToken), cancellationToken).ConfigureAwait(false);
            fresh = stored is not null;
            if (stored is not null)
            {
                await ModelStore.WriteAsync(context.Storage, stored, warnings, cancellationToken).ConfigureAwait(false);
            }
        }

        var model = stored;
        var standing = model is null ? null : await Task.Run(() => ScoringStanding.Of(model.Model, reading), cancellationToken).ConfigureAwait(false);
        long seen = 0;
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            var open = batch.Skip((int)Math.Clamp(answered - seen, 0, batch.Count)).ToList();
            seen += batch.Count;
            if (open.Count > 0)
            {
                yield return new AttributeBatch(model is null ? [.. open.Select(AnsweringPass.NotUsable)] : Answer(options, reading, model, standing!, open, now, cancellationToken));
                yield return new PopulationCheckpoint(JsonSerializer.SerializeToUtf8Bytes(new ResumePoint(seen), PassJson.Default.ResumePoint));
            }

            context.Report(new PluginProgress(seen, population.Count, "Writing scores."));
        }

        yield return ScoringReport.Of(options, reading, model, fresh, standing, now, warnings, context.Plugin.Version);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static int Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;

    // A run that has answered some goes on with the model that it made, however old the setting would have it.
    private static bool IsGood(StoredScoringModel stored, ScoringOptions options, DateTimeOffset now, long answered)
    {
        var age = now - stored.TrainedAt;
        return string.Equals(stored.Settings, options.Fingerprint(), StringComparison.Ordinal)
            && age >= TimeSpan.Zero && (age < TimeSpan.FromDays(options.RetrainDays) || (answered > 0 && age == TimeSpan.Zero))
            && stored.Shapes.Count == options.Sources.Attributes.Count
            && stored.Model.Plan.Features == new SnapshotFeatures(options.Sources).Specs.Count;
    }

    // Answers come in this order: ScoringReading takes them by place.
    private static List<EnrichmentCondition> Questions(ScoringOptions options)
    {
        var horizon = TimeSpan.FromDays(options.HorizonDays);
        List<EnrichmentCondition> questions =
        [
            new("outcome_train", options.Outcome) { At = options.Moment, Before = horizon, Within = horizon },
            new("outcome_holdout", options.Outcome) { At = options.Moment, Within = horizon },
        ];
        if (options.Scope is { } scope)
        {
            questions.AddRange(
            [
                new("scope_train", scope) { At = options.Moment, Before = 2 * horizon },
                new("scope_holdout", scope) { At = options.Moment, Before = horizon },
                new("scope_now", scope) { At = options.Moment },
            ]);
        }

        return questions;
    }

    private static StoredScoringModel? Train(ScoringOptions options, ScoringReading reading, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var settings = new StudySettings(options.HorizonDays, options.Seed, Environment.ProcessorCount, options.Cuts);
        if (ScoringStudy.Run(reading.Sample, reading.Builder, settings, reading.Findings, cancellationToken) is not { } fit)
        {
            return null;
        }

        var fingerprint = reading.Sample.Holdout.Fingerprint();
        var version = string.Create(CultureInfo.InvariantCulture, $"{Figures.Day(Day(now))}-{fingerprint >> 32:x8}");
        return new StoredScoringModel(options.Fingerprint(), now, version, reading.Builder.Shapes, fit.Model, ScoringReport.OfTraining(options, reading, fit, now, fingerprint));
    }

    private static List<EnrichmentResult> Answer(
        ScoringOptions options, ScoringReading reading, StoredScoringModel stored, ScoringStanding standing, List<ProfileInput> profiles, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var results = new EnrichmentResult[profiles.Count];
        var places = new List<int>();
        var rows = new FeatureRows(reading.Builder.Width);
        var row = new float[reading.Builder.Width];
        for (var i = 0; i < profiles.Count; i++)
        {
            if (!reading.IsInScopeNow(profiles[i]))
            {
                results[i] = new EnrichmentResult(profiles[i].ProfileId, EnrichmentOutcome.NoMatch, Reason: "The scope rule does not hold for this profile.");
            }
            else if (!reading.Builder.Read(profiles[i], now, row))
            {
                results[i] = new EnrichmentResult(profiles[i].ProfileId, EnrichmentOutcome.NoMatch, Reason: "There is no activity yet to score from.");
            }
            else
            {
                rows.Add(0, row, happened: false);
                places.Add(i);
            }
        }

        if (rows.Count == 0)
        {
            return [.. results];
        }

        var (plan, blend) = (stored.Model.Plan, stored.Model.Blend);
        var columns = plan.Of(reading.Builder, rows);
        var logits = blend.Logits(columns);
        var explained = blend.Explain(columns, standing.Explainer, cancellationToken);
        var until = DateOnly.FromDayNumber(Day(now) + options.HorizonDays);
        for (var at = 0; at < rows.Count; at++)
        {
            var probability = SpecialFunctions.Logistic(logits[at]);
            var place = standing.Standing.Place(probability);
            var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                ["probability"] = Figures.Of(probability),
                ["percentile"] = Standing.Percentile(place),
                ["band"] = options.Cuts.Names[options.Cuts.Of(probability, place)],
                ["grade"] = stored.Report.Grade,
                ["until"] = until,
                ["model_version"] = stored.Version,
            };
            var factors = Wording.Of(plan, columns, explained[at], at, Factors, LeastFactor);
            for (var n = 0; n < Factors; n++)
            {
                values[string.Create(CultureInfo.InvariantCulture, $"factor_{n + 1}")] = n < factors.Count ? factors[n] : FieldValue.Null;
            }

            results[places[at]] = new EnrichmentResult(profiles[places[at]].ProfileId, EnrichmentOutcome.Enriched, values);
        }

        return [.. results];
    }

    /// <summary>Rows of a snapshot that are kept to learn from.</summary>
    /// <param name="width">Floats a row.</param>
    internal static int RowsFor(int width) => Math.Clamp(MostCells / Math.Max(1, width), 1_000, MostRows);
}
