using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>A run of a population enrichment over made-up profiles.</summary>
internal static class PluginRun
{
    public static readonly DateTimeOffset AsOf = new(2026, 1, 1, 6, 0, 0, TimeSpan.Zero);

    public static readonly int Today = DateOnly.FromDateTime(AsOf.UtcDateTime).DayNumber;

    /// <summary>Runs and keeps what came.</summary>
    public static async Task<Outcome> OfAsync(
        IPopulationEnrichment enrichment, string configuration, IReadOnlyList<ProfileInput> profiles, ReadOnlyMemory<byte>? resumeFrom = null, DateTimeOffset? asOf = null, int? stopAfter = null)
    {
        var json = Encoding.UTF8.GetBytes(configuration);
        var descriptor = enrichment.Describe(json);
        var messages = new List<PopulationMessage>();
        await foreach (var message in enrichment.RunAsync(json, new MadePopulation(profiles, asOf ?? AsOf, descriptor.MaxBatch), resumeFrom, new QuietContext(), CancellationToken.None))
        {
            messages.Add(message);
            if (messages.Count == stopAfter)
            {
                break;
            }
        }

        var declared = descriptor.Writes.ToDictionary(field => field.Name, field => field.Kind, StringComparer.Ordinal);
        foreach (var (name, value) in messages.OfType<AttributeBatch>().SelectMany(batch => batch.Results).SelectMany(result => result.Values ?? new Dictionary<string, FieldValue>(StringComparer.Ordinal)))
        {
            Assert.True(value.IsNull || value.Kind == declared[name], $"'{name}' is {value.Kind}, declared is {declared[name]}.");
        }

        return new Outcome(messages);
    }

    /// <summary>Profiles with one activity type <c>order</c> of amount, currency and status.</summary>
    public static List<ProfileInput> Profiles(IEnumerable<IReadOnlyList<OrderDay>> population, string currency = "EUR") =>
    [
        .. population.Select((days, at) => new ProfileInput($"p{at:000000}", [])
        {
            Activities = [.. days.Select((day, n) => Order($"{at}-{n}", day.Day, day.Value, currency))],
        }),
    ];

    public static ActivityInput Order(string id, int day, FieldValue amount, string currency = "EUR", string status = "paid") =>
        new("order", id, new DateTimeOffset(DateOnly.FromDayNumber(day), new TimeOnly(12, 0), TimeSpan.Zero), [amount, currency, status]);

    /// <summary>A shop that people order from and leave, over the last days before <see cref="AsOf"/>.</summary>
    public static List<ProfileInput> Shop(int customers, int days, int seed = 1) =>
        Profiles(Population.BetaGeometric(seed, customers, 0.9, 60, 0.8, 2.5, dropsOutAtFirst: true, regularity: 1, days, firstDay: Today - days, spread: Math.Max(1, days * 3 / 4)));

    /// <param name="Messages">Everything that came, in order.</param>
    internal sealed record Outcome(IReadOnlyList<PopulationMessage> Messages)
    {
        public EnrichmentReport Report => Assert.Single(Messages.OfType<EnrichmentReport>());

        public IReadOnlyList<EnrichmentResult> Results { get; } = [.. Messages.OfType<AttributeBatch>().SelectMany(batch => batch.Results)];

        public IEnumerable<EnrichmentResult> Enriched => Results.Where(result => result.Outcome == EnrichmentOutcome.Enriched);

        public FieldValue Metric(string name) => Assert.Single(Report.Metrics, metric => metric.Name == name).Value;

        public ReportTable Table(string title) => Assert.Single(Report.Tables, table => table.Title.StartsWith(title, StringComparison.Ordinal));

        /// <summary>Everything in a text that can be compared.</summary>
        public string Text => string.Join('\n', Results.Select(result => $"{result.ProfileId} {result.Outcome} {string.Join(' ', (result.Values ?? new Dictionary<string, FieldValue>(StringComparer.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))}"));
    }

    private sealed class MadePopulation(IReadOnlyList<ProfileInput> profiles, DateTimeOffset asOf, int batch) : IPopulation
    {
        public long Count => profiles.Count;

        public DateTimeOffset AsOf => asOf;

        public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var part in profiles.SkipWhile(profile => afterProfileId is not null && string.CompareOrdinal(profile.ProfileId, afterProfileId) <= 0).Chunk(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return part;
            }
        }
    }

    private sealed class QuietContext : IPluginContext
    {
        public PluginIdentity Plugin { get; } = new("customer-insights.test", "0.9.0", SdkInfo.Version, "inProcess");

        public string ConnectionId => "test";

        public ILogger Log => NullLogger.Instance;

        public IPluginHttp Http => throw new NotSupportedException();

        public IPluginStorage Storage => throw new NotSupportedException();

        public ISecrets Secrets => throw new NotSupportedException();

        public IMeterFactory Meters => throw new NotSupportedException();

        public TimeProvider Clock => throw new NotSupportedException();

        public PluginGrants Grants { get; } = new([]);

        public CancellationToken Stopping => CancellationToken.None;

        public void Report(PluginProgress progress) => Assert.InRange(progress.Message?.Length ?? 0, 0, 200);
    }
}
