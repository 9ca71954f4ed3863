using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Gathers what an enrichment answers and writes it in pieces to the generation in the making.</summary>
internal sealed class AnswerWriter(IEnrichmentStore store, EnrichmentDraft draft, EnrichmentDescription description, TimeProvider clock)
{
    private const int Piece = 2000;
    private const int MostReasons = 20;

    private readonly Dictionary<string, EnrichmentDescription.Table> _tables = description.Tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
    private readonly List<string> _attributes = [.. description.Writes.Select(field => description.Attribute(field.Name))];
    private readonly Dictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly List<NewAnswer> _answers = [];
    private readonly List<NewRow> _rows = [];
    private string? _report;

    /// <summary>Profiles answered since it was made.</summary>
    public long Answered { get; private set; }

    /// <summary>Why profiles were not enriched, the commonest first.</summary>
    public IReadOnlyList<string> Reasons =>
        [.. _reasons.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value:N0} profiles: {pair.Key}")];

    /// <summary>Takes what a run says next; writes when there is enough, and at every checkpoint.</summary>
    public async ValueTask TakeAsync(PopulationMessage message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case AttributeBatch batch:
                foreach (var result in batch.Results)
                {
                    Add(result, null);
                }

                break;
            case TableRows rows:
                _rows.AddRange(rows.Rows.Select(row => Row(rows.Table, row)));
                break;
            case PopulationCheckpoint checkpoint:
                await FlushAsync(checkpoint.State.ToArray(), cancellationToken);
                return;
            case EnrichmentReport report:
                _report = Json.Write(ReportResponse.Of(report));
                break;
        }

        if (_answers.Count + _rows.Count >= Piece)
        {
            await FlushAsync(null, cancellationToken);
        }
    }

    /// <summary>Adds an answer.</summary>
    /// <param name="result">The answer.</param>
    /// <param name="input">A hash of what was asked, where answers stay good for a while.</param>
    public void Add(EnrichmentResult result, byte[]? input)
    {
        Answered++;
        if (result is { Outcome: not EnrichmentOutcome.Enriched, Reason: { Length: > 0 } reason } && (_reasons.ContainsKey(reason) || _reasons.Count < MostReasons))
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
        }

        if (!ProfileId.TryParse(result.ProfileId, out var profile))
        {
            throw new PluginException(FailureKind.Bug, $"'{(result.ProfileId.Length > 40 ? result.ProfileId[..40] : result.ProfileId)}' is no profile that was handed over.");
        }

        var failed = result.Outcome is EnrichmentOutcome.FailedRetryable or EnrichmentOutcome.FailedPermanent;
        _answers.Add(new NewAnswer(profile, (int)result.Outcome, result.Outcome == EnrichmentOutcome.Enriched ? Document(result) : null, clock.GetUtcNow()) { Keep = failed, Input = input });
    }

    /// <summary>Adds an answer of the last run that is still good.</summary>
    public void AddAgain(string profile, EnrichmentAnswer last)
    {
        Answered++;
        _answers.Add(new NewAnswer(ProfileId.TryParse(profile, out var id) ? id : default, last.Outcome, last.Document, last.At) { Input = last.Input });
    }

    /// <summary>Writes what was gathered.</summary>
    public async ValueTask FlushAsync(byte[]? checkpoint, CancellationToken cancellationToken)
    {
        if (_answers.Count + _rows.Count > 0 || checkpoint is not null || _report is not null)
        {
            await store.WriteAsync(draft, new EnrichmentWrite([.. _answers], [.. _rows]) { Checkpoint = checkpoint, Report = _report }, cancellationToken);
            _answers.Clear();
            _rows.Clear();
            _report = null;
        }
    }

    private byte[] Document(EnrichmentResult result) => ValueDocument.Write(
        _attributes,
        [.. description.Writes.Select(field => result.Values is { } values && values.TryGetValue(field.Name, out var value) ? SourceValues.ToValue(value) : Value.Missing)]);

    private NewRow Row(string table, TableRow row) => new(
        ProfileId.TryParse(row.ProfileId, out var profile) ? profile : throw new PluginException(FailureKind.Bug, $"A row of '{table}' names no profile that was handed over."),
        table,
        row.PeriodStart,
        ValueDocument.Write([.. _tables[table].Fields.Select(field => field.Name)], [.. row.Values.Select(SourceValues.ToValue)]));
}
