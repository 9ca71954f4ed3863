using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Enrichments.Office365Engagement;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>What a run gave.</summary>
/// <param name="Results">By profile.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Report">The report.</param>
internal sealed record RunResult(IReadOnlyDictionary<string, EnrichmentResult> Results, IReadOnlyList<TableRow> Rows, EnrichmentReport Report)
{
    /// <summary>A value of a profile.</summary>
    public FieldValue Value(string profile, string attribute) => Results[profile].Values![attribute];

    /// <summary>A figure of the report.</summary>
    public long Metric(string name) => Report.Metrics.Single(metric => metric.Name == name).Value.AsInteger();

    /// <summary>All answers and rows as text, in one order.</summary>
    public string Digest()
    {
        var text = new StringBuilder();
        foreach (var (id, result) in Results.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{id} {result.Outcome} {result.Reason} {string.Join(' ', (result.Values ?? new Dictionary<string, FieldValue>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))}");
        }

        foreach (var row in Rows.OrderBy(row => row.ProfileId, StringComparer.Ordinal).ThenBy(row => row.PeriodStart))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{row.ProfileId} {row.PeriodStart:O} {string.Join(' ', row.Values)}");
        }

        return text.ToString();
    }
}

/// <summary>People as a population: id, address or addresses, account.</summary>
internal sealed class TestPopulation(DateTimeOffset asOf, IReadOnlyList<ProfileInput> profiles, int batch = 2) : IPopulation
{
    public IReadOnlyList<ProfileInput> Profiles => profiles;

    public long Count => profiles.Count;

    public DateTimeOffset AsOf => asOf;

    /// <summary>A contact.</summary>
    public static ProfileInput Contact(string id, string? email, string? account) => new(id, [email, account]);

    public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var some in profiles.SkipWhile(profile => afterProfileId is not null && string.CompareOrdinal(profile.ProfileId, afterProfileId) <= 0).Chunk(batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return some;
        }
    }
}

/// <summary>Runs the enrichment against an emulator as the host does: what came before the last checkpoint is kept, the rest is asked for again.</summary>
internal sealed class EngagementRun
{
    private static readonly EmulatorOptions s_emulator = new();

    public EngagementRun(GraphEmulator emulator, TimeProvider? clock = null, Uri? address = null)
    {
        Context = new LoopbackContext(clock ?? new LeapingClock(), s_emulator.ClientSecret);
        Settings = new(StringComparer.Ordinal)
        {
            ["tenant"] = s_emulator.Tenant,
            ["clientId"] = s_emulator.ClientId,
            ["clientSecret"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "clientSecret" },
            ["agree"] = true,
            ["mailboxes"] = emulator.Tenant.Users.Select(user => user.Mail).OfType<string>().ToArray(),
            ["email"] = "primary_email",
            ["account"] = "account.account_number",
            ["graphAddress"] = address ?? emulator.Address,
            ["signInAddress"] = emulator.Address,
        };
    }

    public LoopbackContext Context { get; }

    /// <summary>Settings that differ from the usual ones.</summary>
    public Dictionary<string, object?> Settings { get; }

    public ReadOnlyMemory<byte> Configuration => JsonSerializer.SerializeToUtf8Bytes(Settings.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal));

    /// <summary>How often a run had to come again.</summary>
    public int Breaks { get; private set; }

    /// <summary>One run; fails where the plugin does.</summary>
    public Task<RunResult> OnceAsync(IPopulation population) => RunAsync(population, mayBreak: false);

    /// <summary>A run that comes again after each failure that may pass.</summary>
    public Task<RunResult> ToTheEndAsync(IPopulation population) => RunAsync(population, mayBreak: true);

    public async Task<CheckResult> CheckAsync()
    {
        await using var plugin = new EngagementEnrichment();
        return await plugin.CheckAsync(Configuration, Context, CancellationToken.None);
    }

    private async Task<RunResult> RunAsync(IPopulation population, bool mayBreak)
    {
        var kept = new List<PopulationMessage>();
        ReadOnlyMemory<byte>? place = null;
        while (true)
        {
            var since = new List<PopulationMessage>();
            await using var plugin = new EngagementEnrichment();
            try
            {
                await foreach (var message in plugin.RunAsync(Configuration, population, place, Context, CancellationToken.None))
                {
                    since.Add(message);
                    if (message is PopulationCheckpoint checkpoint)
                    {
                        kept.AddRange(since);
                        since.Clear();
                        place = checkpoint.State;
                    }
                }

                return Result([.. kept, .. since]);
            }
            catch (PluginException error) when (mayBreak && error.Kind is FailureKind.Transient or FailureKind.RateLimited)
            {
                Breaks++;
            }
        }
    }

    private static RunResult Result(List<PopulationMessage> messages) => new(
        messages.OfType<AttributeBatch>().SelectMany(batch => batch.Results).ToDictionary(result => result.ProfileId, StringComparer.Ordinal),
        [.. messages.OfType<TableRows>().SelectMany(rows => rows.Rows)],
        messages.OfType<EnrichmentReport>().Single());
}
