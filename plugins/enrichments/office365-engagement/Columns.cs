using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What is written of an account: the same columns for the whole window and for a period of the table.</summary>
internal static class Columns
{
    private static readonly (FieldDescriptor Field, Func<Row, FieldValue> Value)[] s_shared =
    [
        Column("engagement_score", FieldKind.Integer, "Engagement of the account compared with the others, 0 to 100.", row => (long)row.Score.Score),
        Column("no_of_emails_to_account", FieldKind.Integer, "E-mails from own people to the account.", row => (long)row.Figures.EmailsTo),
        Column("no_of_emails_from_account", FieldKind.Integer, "E-mails from the account to own people.", row => (long)row.Figures.EmailsFrom),
        Column("no_of_meetings_from_account", FieldKind.Integer, "Meetings to which the account invited.", row => (long)row.Figures.MeetingsFrom),
        Column("no_of_meetings_to_account", FieldKind.Integer, "Meetings to which own people invited the account.", row => (long)row.Figures.MeetingsTo),
        Column("no_of_contacts_involved_meetings", FieldKind.Integer, "Own people in meetings with the account.", row => (long)row.Figures.OwnInMeetings),
        Column("no_of_contacts_involved_emails", FieldKind.Integer, "Own people in e-mails with the account.", row => (long)row.Figures.OwnInEmails),
        Column("no_of_account_contacts_involved_meetings", FieldKind.Integer, "People of the account in meetings.", row => (long)row.Figures.PeopleInMeetings),
        Column("no_of_account_contacts_involved_emails", FieldKind.Integer, "People of the account in e-mails.", row => (long)row.Figures.PeopleInEmails),
        Column("engagement_start_date", FieldKind.Date, "Day of the first e-mail or meeting, UTC.", row => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(row.Figures.First).UtcDateTime)),
        Column("days_since_last_email", FieldKind.Integer, "Whole days from the last e-mail to the run.", row => Days(row.Figures.LastEmail, row.Now)),
        Column("days_since_last_meeting", FieldKind.Integer, "Whole days from the beginning of the last meeting to the run.", row => Days(row.Figures.LastMeeting, row.Now)),
        Column("average_duration_of_meetings", FieldKind.Number, "Mean length of meetings in minutes; whole days are left out.", row => Rounded(row.Figures.MeetingMinutes)),
        Column("average_duration_of_account_email_replies", FieldKind.Number, "Mean time that the account takes to answer, in hours.", row => Rounded(row.Figures.ReplyHours)),
        Column("aggregation_start_date", FieldKind.Date, "The first day that is looked at.", row => row.Start),
        Column("aggregation_level", FieldKind.Text, "What the rows of the table stand for: year, month or week.", row => row.Level),
    ];

    private static readonly (FieldDescriptor Field, Func<Row, FieldValue> Value)[] s_alone =
    [
        Column("score_points_emails_from", FieldKind.Number, "Points of the score for e-mails from the account.", row => row.Score.EmailsFrom),
        Column("score_points_emails_to", FieldKind.Number, "Points of the score for e-mails to the account.", row => row.Score.EmailsTo),
        Column("score_points_meetings", FieldKind.Number, "Points of the score for meetings.", row => row.Score.Meetings),
        Column("score_points_people", FieldKind.Number, "Points of the score for people of the account.", row => row.Score.People),
        Column("score_points_recency", FieldKind.Number, "Points of the score for how short ago the last e-mail or meeting was.", row => row.Score.Recency),
        Column("no_of_emails", FieldKind.Integer, "E-mails in both directions.", row => (long)row.Figures.Emails),
        Column("no_of_meetings", FieldKind.Integer, "Meetings, whoever invited.", row => (long)row.Figures.Meetings),
        Column("history_emails", FieldKind.Text, "E-mails of the last twelve months, the oldest first, as bars.", row => row.EmailBars),
        Column("history_meetings", FieldKind.Text, "Meetings of the last twelve months, the oldest first, as bars.", row => row.MeetingBars),
    ];

    /// <summary>The attributes.</summary>
    public static IReadOnlyList<FieldDescriptor> Attributes => [.. s_shared.Concat(s_alone).Select(column => column.Field)];

    /// <summary>The table's fields.</summary>
    public static IReadOnlyList<FieldDescriptor> Fields => [.. s_shared.Select(column => column.Field)];

    /// <summary>The values of the attributes.</summary>
    public static Dictionary<string, FieldValue> Values(Row row) => s_shared.Concat(s_alone).ToDictionary(column => column.Field.Name, column => column.Value(row), StringComparer.Ordinal);

    /// <summary>The values of a row of the table.</summary>
    public static IReadOnlyList<FieldValue> RowValues(Row row) => [.. s_shared.Select(column => column.Value(row))];

    /// <summary>Counts as bars, the highest full; a dot for 0.</summary>
    public static string Bars(IReadOnlyList<int> counts)
    {
        const string bars = "▁▂▃▄▅▆▇█";
        var most = counts.DefaultIfEmpty().Max();
        return string.Concat(counts.Select(count => count == 0 ? '·' : bars[(int)((((long)count * bars.Length) + most - 1) / most) - 1]));
    }

    private static (FieldDescriptor, Func<Row, FieldValue>) Column(string name, FieldKind kind, string description, Func<Row, FieldValue> value) =>
        (new FieldDescriptor(name, kind) { Description = description }, value);

    private static FieldValue Days(long? at, DateTimeOffset now) => at is { } seconds ? Math.Max(0, (now.ToUnixTimeSeconds() - seconds) / 86_400) : FieldValue.Null;

    private static FieldValue Rounded(double? value) => value is { } given ? Math.Round(given, 2, MidpointRounding.AwayFromZero) : FieldValue.Null;

    /// <summary>What a row is made of.</summary>
    /// <param name="Figures">The counts.</param>
    /// <param name="Score">The score.</param>
    /// <param name="Start">The first day.</param>
    /// <param name="Level">The aggregation level.</param>
    /// <param name="Now">The moment of the run.</param>
    internal sealed record Row(Figures Figures, ScoreBreakdown Score, DateOnly Start, string Level, DateTimeOffset Now)
    {
        /// <summary>E-mails by month.</summary>
        public string EmailBars { get; init; } = "";

        /// <summary>Meetings by month.</summary>
        public string MeetingBars { get; init; } = "";
    }
}
