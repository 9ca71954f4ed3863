using System.Diagnostics.Metrics;
using System.Text;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Scoring;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>Made-up customers, and the host's part of a scoring run: conditions are answered, storage is kept.</summary>
internal static class ScoringWorld
{
    public const int Horizon = 30;

    public const string Settings = """{ "outcome": "exists(order)", "horizonDays": 30, "activities": [{ "activity": "visit", "amount": "pages" }, { "activity": "mail" }], "attributes": ["country"] }""";

    /// <summary>
    /// People who visit and get mail at rates of their own. Whether one orders within a horizon depends on how often one visited in the 30 days before it and on
    /// the country: the logit is −3 + 0.5 visits (at most 8) + 1.5 [country is A].
    /// </summary>
    public static List<ProfileInput> People(int count, ulong seed, int days = 400, Func<int, bool[], FieldValue>? attribute = null, bool shuffled = false, DateTimeOffset? asOf = null)
    {
        var random = new SplitMix(seed);
        var now = asOf ?? PluginRun.AsOf;
        var people = new List<(ProfileInput Profile, bool[] Outcomes)>();
        for (var i = 0; i < count; i++)
        {
            var rate = random.NextGamma(1.2) / 12;
            var country = "ABCD"[random.Next(4)].ToString();
            var activities = new List<ActivityInput>();
            for (var time = random.NextExponential() * 20; time < days; time += random.NextExponential() / rate)
            {
                activities.Add(new ActivityInput("visit", $"v{i}-{activities.Count}", now.AddDays(time - days), [(long)(1 + random.Next(9))]));
            }

            for (var time = random.NextExponential() * 30; time < days; time += 10 + (random.NextExponential() * 20))
            {
                activities.Add(new ActivityInput("mail", $"m{i}-{activities.Count}", now.AddDays(time - days), []));
            }

            activities = [.. activities.OrderBy(activity => activity.At).ThenBy(activity => activity.Id, StringComparer.Ordinal)];
            bool[] outcomes = [random.NextDouble() < Chance(activities, country, now.AddDays(-2 * Horizon)), random.NextDouble() < Chance(activities, country, now.AddDays(-Horizon))];
            people.Add((new ProfileInput($"p{i:000000}", [country]) { Activities = activities }, outcomes));
        }

        var order = Enumerable.Range(0, count).ToArray();
        if (shuffled)
        {
            random.Shuffle(order);
        }

        return
        [
            .. people.Select((person, at) => person.Profile with
            {
                Conditions = people[order[at]].Outcomes,
                Values = attribute is null ? person.Profile.Values : [.. person.Profile.Values, attribute(at, person.Outcomes)],
            }),
        ];
    }

    /// <summary>The true probability of an order in the 30 days after a moment.</summary>
    public static double Chance(IEnumerable<ActivityInput> activities, string country, DateTimeOffset at) =>
        SpecialFunctions.Logistic(-3 + (0.5 * Math.Min(8, activities.Count(one => one.ActivityType == "visit" && one.At <= at && one.At > at.AddDays(-30)))) + (country == "A" ? 1.5 : 0));

    /// <summary>Runs and keeps what came.</summary>
    public static async Task<PluginRun.Outcome> RunAsync(
        string settings, IReadOnlyList<ProfileInput> profiles, MemoryStorage? storage = null, DateTimeOffset? asOf = null, ReadOnlyMemory<byte>? resumeFrom = null, int? stopAfter = null, CancellationToken cancellationToken = default)
    {
        var enrichment = new ScoringEnrichment();
        var json = Encoding.UTF8.GetBytes(settings);
        var descriptor = enrichment.Describe(json);
        var messages = new List<PopulationMessage>();
        await foreach (var message in enrichment.RunAsync(json, new MadePeople(profiles, asOf ?? PluginRun.AsOf, descriptor.MaxBatch), resumeFrom, new Context(storage ?? new MemoryStorage()), cancellationToken))
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

        Assert.All(messages.OfType<EnrichmentReport>(), report =>
        {
            Assert.InRange(report.Summary.Length, 1, 1_000);
            Assert.All(report.Warnings, warning => Assert.InRange(warning.Length, 1, 400));
            Assert.All(report.Tables, table => Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Count)));
        });
        return new PluginRun.Outcome(messages);
    }

    private sealed class MadePeople(IReadOnlyList<ProfileInput> profiles, DateTimeOffset asOf, int batch) : IPopulation
    {
        public long Count => profiles.Count;

        public DateTimeOffset AsOf => asOf;

        public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var part in profiles.Chunk(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return part;
            }
        }
    }

    /// <summary>Storage in memory, with a quota.</summary>
    internal sealed class MemoryStorage : IPluginStorage
    {
        public Dictionary<string, byte[]> Values { get; } = new(StringComparer.Ordinal);

        public int Writes { get; private set; }

        public bool Full { get; set; }

        public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
            new(Values.TryGetValue(key, out var value) ? new StoredValue(value, "1") : null);

        public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
        {
            if (Full)
            {
                throw new PluginException(FailureKind.Permanent, "The storage is full.");
            }

            Writes++;
            Values[key] = value.ToArray();
            return new("1");
        }

        public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => new(Values.Remove(key));

        public async IAsyncEnumerable<string> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var key in Values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                yield return key;
            }
        }
    }

    private sealed class Context(IPluginStorage storage) : IPluginContext
    {
        public PluginIdentity Plugin { get; } = new("customer-insights.scoring", "0.9.0", SdkInfo.Version, "inProcess");

        public string ConnectionId => "test";

        public ILogger Log => NullLogger.Instance;

        public IPluginHttp Http => throw new NotSupportedException();

        public IPluginStorage Storage => storage;

        public ISecrets Secrets => throw new NotSupportedException();

        public IMeterFactory Meters => throw new NotSupportedException();

        public TimeProvider Clock => throw new NotSupportedException();

        public PluginGrants Grants { get; } = new([]);

        public CancellationToken Stopping => CancellationToken.None;

        public void Report(PluginProgress progress) => Assert.InRange(progress.Message?.Length ?? 0, 0, 200);
    }
}
