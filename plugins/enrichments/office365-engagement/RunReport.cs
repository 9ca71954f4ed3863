using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Gathers what a run has to say of itself. No addresses of contacts, and nothing of single people's mail.</summary>
internal sealed class RunReport(EngagementSettings settings)
{
    private readonly Dictionary<MailboxOutcome, int> _outcomes = [];
    private readonly List<string> _warnings = [];
    private string _consent = "";

    /// <summary>Mailboxes that are done.</summary>
    public int Mailboxes => _outcomes.Values.Sum();

    /// <summary>Messages that were looked at.</summary>
    public long Messages { get; private set; }

    /// <summary>Meetings that were looked at.</summary>
    public long Meetings { get; private set; }

    /// <summary>Notes what was consented to, the first time that it is seen.</summary>
    public async Task ConsentAsync(IReadOnlyList<string> roles, EngagementState state, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Consent.TooMuch(roles) is { Count: > 0 } more)
        {
            _warnings.Add($"The application may do more than it needs: {string.Join(", ", more)}. Mail.ReadBasic.All and Calendars.Read are enough.");
        }

        var now = string.Join(' ', roles.Order(StringComparer.Ordinal));
        var noted = await state.ConsentAsync(cancellationToken).ConfigureAwait(false);
        if (noted?.Split('|') is not [_, var before] || before != now)
        {
            noted = $"{clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}|{now}";
            await state.PutConsentAsync(noted, cancellationToken).ConfigureAwait(false);
        }

        _consent = $"{noted.Split('|')[1]}, since {noted.Split('|')[0]}";
    }

    /// <summary>Counts a mailbox.</summary>
    public void Count(MailboxOutcome outcome) => _outcomes[outcome] = Number(outcome) + 1;

    /// <summary>Counts what was looked at in a mailbox.</summary>
    public void Looked(int messages, int meetings) => (Messages, Meetings) = (Messages + messages, Meetings + meetings);

    /// <summary>Fails where no mailbox at all could be read: an answer of nothing would wipe out what was said before.</summary>
    /// <exception cref="PluginException">Authentication: none could.</exception>
    public void RequireSome()
    {
        if (Mailboxes > 0 && Number(MailboxOutcome.Read) == 0)
        {
            throw new PluginException(
                FailureKind.Authentication,
                $"None of the {Mailboxes:N0} mailboxes can be read: {Number(MailboxOutcome.Denied):N0} are closed to the application by a policy, {Number(MailboxOutcome.NoExchange):N0} are not in Exchange Online, {Number(MailboxOutcome.Gone):N0} are gone.")
            {
                ConfigurationPath = "/mailboxes",
            };
        }
    }

    /// <summary>The report.</summary>
    public EnrichmentReport Made(OwnMailboxes own, ContactBook contacts, Counting counting, Frame frame, RunState run)
    {
        Warn(MailboxOutcome.Denied, "closed to the application by a policy, and left out");
        Warn(MailboxOutcome.NoExchange, "not in Exchange Online, and left out");
        Warn(MailboxOutcome.Gone, "gone from the directory since they were looked up, and left out");
        if (!frame.IsFull && run.People != contacts.Digest)
        {
            _warnings.Add("Addresses of contacts have changed. What came before a new address was known is counted with the next full reading, within a week.");
        }

        var first = counting.Totals.Values.Select(figures => figures.First).DefaultIfEmpty(frame.To.ToUnixTimeSeconds()).Min();
        var months = counting.AllMonths();
        return new EnrichmentReport($"{counting.Emails:N0} e-mails and {counting.Meetings:N0} meetings of {Number(MailboxOutcome.Read):N0} mailboxes with {counting.Totals.Count:N0} of {contacts.Accounts:N0} accounts.")
        {
            Metrics =
            [
                new ReportMetric("Mailboxes read", (long)Number(MailboxOutcome.Read)),
                new ReportMetric("Mailboxes closed by a policy", (long)Number(MailboxOutcome.Denied)),
                new ReportMetric("Users without Exchange Online", (long)Number(MailboxOutcome.NoExchange)),
                new ReportMetric("Messages looked at", Messages) { Meaning = "Headers that were read in this run, in all mailboxes; most are of no contact." },
                new ReportMetric("Meetings looked at", Meetings),
                new ReportMetric("E-mails that count", (long)counting.Emails) { Meaning = "Between own mailboxes and contacts, each once however many mailboxes hold it." },
                new ReportMetric("Meetings that count", (long)counting.Meetings),
                new ReportMetric("Accounts with engagement", (long)counting.Totals.Count),
                new ReportMetric("Days covered", (frame.To.ToUnixTimeSeconds() - first) / 86_400, "days") { Meaning = "From the first e-mail or meeting that counts to now." },
                new ReportMetric("Read anew", frame.IsFull ? "the whole window" : "what came since the last run"),
                new ReportMetric("Region", settings.Cloud.Name),
                new ReportMetric("Consent", _consent) { Meaning = "The permissions of the token, and when they were first seen." },
            ],
            Tables =
            [
                new ReportTable("Where the mailboxes come from", ["Entry", "Mailboxes"], [.. own.Origins.Take(1000).Select(origin => (IReadOnlyList<FieldValue>)[origin.Group ?? "named one by one", (long)origin.Count])]),
                new ReportTable("Own mailboxes", ["Entra id"], [.. own.All.Take(1000).Select(mailbox => (IReadOnlyList<FieldValue>)[mailbox.Id])]),
            ],
            Series =
            [
                new ReportSeries("E-mails by month", "month", "e-mails", [.. months.Select((month, i) => new ReportPoint(counting.MonthStart(i), month.Emails))]),
                new ReportSeries("Meetings by month", "month", "meetings", [.. months.Select((month, i) => new ReportPoint(counting.MonthStart(i), month.Meetings))]),
            ],
            Warnings = _warnings,
        };
    }

    private int Number(MailboxOutcome outcome) => _outcomes.GetValueOrDefault(outcome);

    private void Warn(MailboxOutcome outcome, string what)
    {
        if (Number(outcome) is > 0 and var count)
        {
            _warnings.Add($"{count:N0} mailboxes are {what}.");
        }
    }
}
