using System.Text;
using System.Text.Json;
using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.DynamicsPlugins.Tests;

/// <summary>What a run gave.</summary>
/// <param name="Outcomes">By member.</param>
/// <param name="Receipt">What the target says.</param>
internal sealed record RunResult(IReadOnlyList<MemberOutcome> Outcomes, ExportReceipt Receipt);

/// <summary>Runs an export against an emulator as the host does: batches, then the commit.</summary>
internal sealed class ExportRun(IExportTarget target, DataverseEmulator emulator, TimeProvider? clock = null)
{
    private static readonly EmulatorOptions s_emulator = new();

    public LoopbackContext Context { get; } = new(clock ?? new LeapingClock(), s_emulator.ClientSecret);

    /// <summary>The batch after the last one that was written, as the host remembers it.</summary>
    public int NextBatch { get; private set; }

    /// <summary>Settings that differ from the usual ones.</summary>
    public Dictionary<string, object?> Settings { get; } = new(StringComparer.Ordinal)
    {
        ["serverAddress"] = emulator.Address,
        ["clientId"] = s_emulator.ClientId,
        ["clientSecret"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "clientSecret" },
        ["signInAddress"] = emulator.Address,
    };

    public ReadOnlyMemory<byte> Configuration => JsonSerializer.SerializeToUtf8Bytes(Settings.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal));

    /// <summary>One run over these contacts.</summary>
    public Task<RunResult> AllAsync(IEnumerable<Guid> contacts, bool dryRun = false) => MembersAsync([.. contacts.Select(id => Member(id.ToString()))], dryRun);

    /// <summary>One run over these members.</summary>
    /// <param name="members">The members.</param>
    /// <param name="dryRun">Whether nothing may change.</param>
    /// <param name="generation">The run's number.</param>
    /// <param name="from">The first batch that is sent, after a crash.</param>
    public async Task<RunResult> MembersAsync(IReadOnlyList<ExportMember> members, bool dryRun = false, long generation = 1, int from = 0)
    {
        NextBatch = from;
        var job = new ExportJob($"run-{generation}", "newsletter", "Loyal", [Contacts.Required], generation, DateTimeOffset.UnixEpoch) { MemberCount = members.Count, DryRun = dryRun };
        await using var session = await target.OpenAsync(Configuration, job, Context, CancellationToken.None);
        var outcomes = new List<MemberOutcome>(members.Count);
        foreach (var (number, batch) in members.Chunk(target.Describe(Configuration).MaxBatch).Index().Where(pair => pair.Index >= from))
        {
            outcomes.AddRange(await session.WriteAsync($"batch-{number}", batch, CancellationToken.None));
            NextBatch = number + 1;
        }

        return new RunResult(outcomes, await session.CommitAsync(CancellationToken.None));
    }

    public ValueTask<CheckResult> CheckAsync() => target.CheckAsync(Configuration, Context, CancellationToken.None);

    public static ExportMember Member(string? contact, MemberChange change = MemberChange.Added, string? profile = null) =>
        new(profile ?? contact ?? "nobody", change, [contact is null ? FieldValue.Null : contact]);

    /// <summary>The bodies of writes since the journal was emptied.</summary>
    public string Sent(string path)
    {
        var text = new StringBuilder();
        foreach (var entry in emulator.Journal.Where(entry => entry.Request.Path.EndsWith(path, StringComparison.Ordinal)))
        {
            text.AppendLine(entry.Request.Body);
        }

        return text.ToString();
    }
}
