using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>The pass in which everybody is answered, with a checkpoint behind each batch.</summary>
internal static class AnsweringPass
{
    /// <summary>How many profiles an interrupted run has answered.</summary>
    /// <param name="resumeFrom">The last checkpoint, or null; an empty one is none.</param>
    /// <exception cref="PluginException">Configuration: the state cannot be read.</exception>
    public static long Answered(ReadOnlyMemory<byte>? resumeFrom) => resumeFrom is { Length: > 0 } state ? PluginOptions.Read(state, PassJson.Default.ResumePoint).Answered : 0;

    /// <summary>Answers everybody who is not answered yet.</summary>
    /// <param name="population">The snapshot.</param>
    /// <param name="answered">How many have been, in the order of the population.</param>
    /// <param name="context">Told how far the pass is.</param>
    /// <param name="answer">The answer for a profile.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IAsyncEnumerable<PopulationMessage> RunAsync(
        IPopulation population, long answered, IPluginContext context, Func<ProfileInput, EnrichmentResult> answer, CancellationToken cancellationToken) =>
        RunAsync(population, answered, context, answer, null, cancellationToken);

    /// <summary>Answers everybody who is not answered yet.</summary>
    /// <param name="population">The snapshot.</param>
    /// <param name="answered">How many have been, in the order of the population.</param>
    /// <param name="context">Told how far the pass is.</param>
    /// <param name="answer">The answer for a profile.</param>
    /// <param name="passed">Told of each profile that has been answered already; null when nobody needs to know.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<PopulationMessage> RunAsync(
        IPopulation population, long answered, IPluginContext context, Func<ProfileInput, EnrichmentResult> answer, Action<ProfileInput>? passed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long seen = 0;
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            var results = new List<EnrichmentResult>(batch.Count);
            foreach (var profile in batch)
            {
                if (seen++ >= answered)
                {
                    results.Add(answer(profile));
                }
                else
                {
                    passed?.Invoke(profile);
                }
            }

            if (results.Count > 0)
            {
                yield return new AttributeBatch(results);
                yield return new PopulationCheckpoint(JsonSerializer.SerializeToUtf8Bytes(new ResumePoint(seen), PassJson.Default.ResumePoint));
            }

            context.Report(new PluginProgress(seen, population.Count, "Writing predictions."));
        }
    }

    /// <summary>The answer for everybody when nothing can be predicted.</summary>
    /// <param name="profile">The profile.</param>
    public static EnrichmentResult NotUsable(ProfileInput profile) =>
        new(profile.ProfileId, EnrichmentOutcome.Skipped, Reason: "The data is not good enough to predict from; see the report's data usability.");

    /// <summary>The answer for one who never ordered.</summary>
    /// <param name="profile">The profile.</param>
    public static EnrichmentResult NoOrder(ProfileInput profile) => new(profile.ProfileId, EnrichmentOutcome.NoMatch, Reason: "There is no order yet.");
}

/// <summary>Where an interrupted run goes on: the model is fitted anew, which gives the same one, and who was answered is not answered again.</summary>
/// <param name="Answered">How many profiles were answered, in the order of the population.</param>
internal sealed record ResumePoint(long Answered);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResumePoint))]
internal sealed partial class PassJson : JsonSerializerContext;
