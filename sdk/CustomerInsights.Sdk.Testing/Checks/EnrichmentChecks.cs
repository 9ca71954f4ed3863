using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>N: what an enrichment answers.</summary>
internal static class EnrichmentChecks
{
    internal static IReadOnlyList<Check> All { get; } =
    [
        new("N01", "One result for each profile, in order", Subject.Enrichment, OneEachAsync),
        new("N02", "The same input gives the same answer, where the enrichment says so", Subject.Enrichment, DeterministicAsync),
        new("N03", "The largest batch, and a population of nobody, are answered", Subject.Enrichment, SizesAsync) { Note = "Empty and too large batches are refused by the host before they reach the plugin." },
        new("N04", "Only declared attributes are written", Subject.Enrichment, DeclaredAsync),
        new("N05", "A profile without values does not spoil the others", Subject.Enrichment, IsolatedAsync),
        new("N06", "A profile that nobody knows is not an error", Subject.Enrichment, UnknownAsync),
        new("N07", "Asking again changes nothing", Subject.Enrichment, RepeatAsync),
        new("N09", "test.json answers the conditions, and each both ways", Subject.PopulationEnrichment, ConditionsAsync) { Note = "The kit has no rules: `conditions` of a profile are what a host would find." },
    ];

    /// <summary>I03 for a run over a population.</summary>
    internal static async Task ResumeAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, whole) = await RunAsync(trial, cancellationToken);
        var places = whole.Messages.Select((message, at) => (message, at)).Where(pair => pair.message is PopulationCheckpoint).Select(pair => pair.at).ToList();
        if (places.Count == 0)
        {
            throw Expect.NotHere("No checkpoint came.");
        }

        foreach (var at in Resuming.Spread(places))
        {
            var resumed = await trial.RunAsync(config, trial.Profiles(), ((PopulationCheckpoint)whole.Messages[at]).State, cancellationToken);
            Expect.That(resumed.Failure is null, $"Resumed from checkpoint {places.IndexOf(at) + 1} the run {resumed.Ending()}");
            var content = PopulationRun.ContentOf(whole.Messages.Take(at).Concat(resumed.Messages));
            var missing = whole.Content().Where(pair => content.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key).ToList();
            Expect.That(missing.Count == 0, $"Resumed from checkpoint {places.IndexOf(at) + 1} of {places.Count} the answers for {Expect.Some(missing)} are lost or changed.");
        }
    }

    private static async Task<(byte[] Config, PopulationRun Run)> RunAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var run = await trial.RunAsync(config, trial.Profiles(), null, cancellationToken);
        Expect.That(run.Failure is null, $"The run over the profiles of test.json {run.Ending()}");
        return (config, run);
    }

    // Both shapes in one form: answers by profile (and by row).
    private static async Task<Dictionary<string, string>> AnswersAsync(Trial trial, byte[] config, IReadOnlyList<TestProfile> profiles, CancellationToken cancellationToken, string connection = "kit")
    {
        if (trial.Component.Subject == Subject.ProfileEnrichment)
        {
            return (await trial.EnrichAsync(config, profiles, cancellationToken, connection)).ToDictionary(result => result.ProfileId, Canonical.Result, StringComparer.Ordinal);
        }

        var run = await trial.RunAsync(config, profiles, null, cancellationToken, connection);
        Expect.That(run.Failure is null, $"The run {run.Ending()}");
        return run.Content();
    }

    private static async Task OneEachAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var profiles = trial.Profiles();
        if (trial.Component.Subject == Subject.ProfileEnrichment)
        {
            // Number and order are the boundary's to refuse; its refusal is the finding.
            await trial.EnrichAsync(config, profiles, cancellationToken);
            return;
        }

        var run = await trial.RunAsync(config, profiles, null, cancellationToken);
        Expect.That(run.Failure is null, $"The run {run.Ending()}");
        var ids = run.Results().Select(result => result.ProfileId).ToList();
        var twice = ids.GroupBy(id => id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        Expect.That(twice is null, $"Profile '{twice}' is answered twice in one run; answer each once.");
        var strangers = ids.Except(profiles.Select(profile => profile.Id), StringComparer.Ordinal).ToList();
        Expect.That(strangers.Count == 0, $"The run answers for {Expect.Some(strangers)}, who are not in the population.");
        Expect.That(run.Messages.Count(message => message is EnrichmentReport) == 1, $"The run gave {run.Messages.Count(message => message is EnrichmentReport)} reports; give one.");
    }

    private static async Task DeterministicAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        if (!await IsDeterministicAsync(trial, config, cancellationToken))
        {
            throw Expect.NotHere("The enrichment says that it is not deterministic.");
        }

        var first = await AnswersAsync(trial, config, trial.Profiles(), cancellationToken);

        // Another connection, so that nothing that was stored can help.
        var second = await AnswersAsync(trial, config, trial.Profiles(), cancellationToken, "other");
        Same(first, second, "Asked with the same profiles, another instance answers otherwise");
        var key = $"answers {trial.Component.Name}";
        if (trial.Memory.Find<Dictionary<string, string>>(key) is { } other)
        {
            Same(other, first, $"With isolation '{trial.Mode}' it answers otherwise than in the other mode");
        }

        trial.Memory.Keep(key, first);
    }

    private static async Task<bool> IsDeterministicAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken);
        return (await enrichment.DescribeAsync(cancellationToken)).Deterministic;
    }

    private static void Same(Dictionary<string, string> first, Dictionary<string, string> second, string what)
    {
        var differs = first.Keys.Union(second.Keys, StringComparer.Ordinal).FirstOrDefault(key => first.GetValueOrDefault(key) != second.GetValueOrDefault(key));
        Expect.That(differs is null, $"{what}: for '{differs}' first '{first.GetValueOrDefault(differs ?? "")}', then '{second.GetValueOrDefault(differs ?? "")}'.");
    }

    private static async Task SizesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        if (trial.Component.Subject == Subject.PopulationEnrichment)
        {
            var run = await trial.RunAsync(config, [], null, cancellationToken);
            Expect.That(run.Failure is null, $"With a population of nobody the run {run.Ending()} Nobody to enrich is not a failure.");
            return;
        }

        await using var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken);
        var descriptor = await enrichment.DescribeAsync(cancellationToken);
        var profiles = trial.Profiles();
        var batch = Enumerable.Range(0, descriptor.MaxBatch).Select(i => EnrichmentProbe.Input(profiles[i % profiles.Count] with { Id = $"kit-{i:00000}" }, descriptor)).ToList();
        var results = await enrichment.EnrichAsync(batch, cancellationToken);
        var failed = results.FirstOrDefault(result => result.Outcome is EnrichmentOutcome.FailedPermanent or EnrichmentOutcome.FailedRetryable);
        Expect.That(failed is null, $"In a batch of {descriptor.MaxBatch}, which is the MaxBatch that the enrichment declares, '{failed?.ProfileId}' failed: {failed?.Reason} Declare a smaller MaxBatch.");
    }

    private static async Task DeclaredAsync(Trial trial, CancellationToken cancellationToken)
    {
        // What is not declared is the boundary's to refuse; its refusal is the finding. That something is written at all is not.
        var config = trial.Bench.Set(trial.Component);
        var answers = await AnswersAsync(trial, config, trial.Profiles(), cancellationToken);
        Expect.That(answers.Values.Any(answer => !answer.StartsWith(nameof(EnrichmentOutcome.NoMatch), StringComparison.Ordinal) && !answer.StartsWith(nameof(EnrichmentOutcome.Skipped), StringComparison.Ordinal)), $"For no profile of test.json anything was found; give one for which there is an answer.");
    }

    private static async Task IsolatedAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var profiles = trial.Profiles();
        if (trial.Component.Subject == Subject.PopulationEnrichment)
        {
            await AnswersAsync(trial, config, [.. profiles, new TestProfile("zzz-kit-blank")], cancellationToken);
            return;
        }

        var alone = await AnswersAsync(trial, config, profiles, cancellationToken);
        var together = await AnswersAsync(trial, config, [new TestProfile("000-kit-blank"), .. profiles], cancellationToken);
        together.Remove("000-kit-blank");
        Same(alone, together, "With a profile without values in the batch the others are answered otherwise");
    }

    private static async Task UnknownAsync(Trial trial, CancellationToken cancellationToken)
    {
        var unknown = trial.Profiles().Where(profile => profile.Unknown).ToList();
        if (unknown.Count == 0)
        {
            throw Expect.NotHere("No profile of test.json is marked as unknown to the other side.");
        }

        var config = trial.Bench.Set(trial.Component);
        IReadOnlyList<EnrichmentResult> results;
        if (trial.Component.Subject == Subject.ProfileEnrichment)
        {
            results = await trial.EnrichAsync(config, unknown, cancellationToken);
        }
        else
        {
            var run = await trial.RunAsync(config, unknown, null, cancellationToken);
            Expect.That(run.Failure is null, $"With a profile that nobody knows the run {run.Ending()}");
            results = [.. run.Results()];
        }

        var failed = results.FirstOrDefault(result => result.Outcome is EnrichmentOutcome.FailedPermanent or EnrichmentOutcome.FailedRetryable);
        Expect.That(failed is null, $"'{failed?.ProfileId}' is unknown to the other side, and the outcome is {failed?.Outcome}; it is NoMatch, so that earlier values go and nobody is alarmed.");
    }

    private static async Task ConditionsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        await using var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken);
        var asked = (await enrichment.DescribeAsync(cancellationToken)).Conditions.Select(condition => condition.Name).ToList();
        var profiles = trial.Profiles();
        foreach (var profile in profiles)
        {
            var unknown = profile.Conditions.Keys.Except(asked, StringComparer.Ordinal).ToList();
            Expect.That(unknown.Count == 0, $"Profile '{profile.Id}' of test.json answers {Expect.Some(unknown)}, which the enrichment does not ask with the settings of test.json; it asks {(asked.Count == 0 ? "nothing" : Expect.Some(asked, 20))}.");
        }

        if (asked.Count == 0)
        {
            throw Expect.NotHere("The enrichment asks no conditions.");
        }

        // A model that is only ever tried with one answer is not tried.
        foreach (var answer in (bool[])[true, false])
        {
            var never = asked.Where(name => profiles.All(profile => profile.Conditions.GetValueOrDefault(name) != answer)).ToList();
            Expect.That(never.Count == 0, $"For no profile of test.json {Expect.Some(never)} is {(answer ? "true" : "false")}; give one under 'conditions' for which it is.");
        }
    }

    private static async Task RepeatAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var deterministic = await IsDeterministicAsync(trial, config, cancellationToken);
        var first = await AnswersAsync(trial, config, trial.Profiles(), cancellationToken);
        var second = await AnswersAsync(trial, config, trial.Profiles(), cancellationToken);
        if (deterministic)
        {
            Same(first, second, "Asked again over the same connection, it answers otherwise");
        }

        Expect.That(first.Keys.Order(StringComparer.Ordinal).SequenceEqual(second.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal), $"Asked again, it answers for other profiles.");
    }
}
