using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What is said of profiles: the figures of the account that each belongs to.</summary>
internal sealed class Answers
{
    private readonly ContactBook _contacts;
    private readonly Counting _counting;
    private readonly EngagementSettings _settings;
    private readonly Frame _frame;
    private readonly Dictionary<int, ScoreBreakdown> _scores;
    private readonly Dictionary<DateOnly, Dictionary<int, ScoreBreakdown>> _periodScores;

    public Answers(ContactBook contacts, Counting counting, EngagementSettings settings, Frame frame)
    {
        (_contacts, _counting, _settings, _frame) = (contacts, counting, settings, frame);
        _scores = EngagementScore.Of(counting.Totals, settings.Weights);
        var byPeriod = counting.Totals.Keys.SelectMany(account => counting.Periods(account).Select(pair => (Period: pair.Key, Row: KeyValuePair.Create(account, pair.Value))));
        _periodScores = byPeriod.GroupBy(one => one.Period, one => one.Row).ToDictionary(rows => rows.Key, rows => EngagementScore.Of([.. rows], settings.Weights));
    }

    /// <summary>What is said of a profile.</summary>
    public EnrichmentResult Of(ProfileInput profile)
    {
        if (_contacts.AccountOf(profile) is not { } account)
        {
            return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Skipped, Reason: _contacts.WhyNot);
        }

        if (!_counting.Totals.TryGetValue(account, out var figures))
        {
            return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.NoMatch, Reason: "No e-mail and no meeting with it was found.");
        }

        var (emails, meetings) = _counting.Months(account);
        return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, Columns.Values(Row(figures, _scores[account], DateOnly.FromDateTime(_frame.From.UtcDateTime)) with
        {
            EmailBars = Columns.Bars(emails),
            MeetingBars = Columns.Bars(meetings),
        }));
    }

    /// <summary>The rows of the table for a profile.</summary>
    public IEnumerable<TableRow> Rows(ProfileInput profile) =>
        _contacts.AccountOf(profile) is not { } account ? []
            : _counting.Periods(account).Select(pair => new TableRow(profile.ProfileId, pair.Key, Columns.RowValues(Row(pair.Value, _periodScores[pair.Key][account], pair.Key))));

    private Columns.Row Row(Figures figures, ScoreBreakdown score, DateOnly start) => new(figures, score, start, _settings.Options.Aggregation, _frame.To);
}

/// <summary>Where a run stands: behind the last profile that was answered; nobody yet while mailboxes are read.</summary>
/// <param name="After">The profile's id.</param>
internal sealed record RunPlace(string? After = null);

/// <summary>JSON of checkpoints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunPlace))]
internal sealed partial class RunJson : JsonSerializerContext;
