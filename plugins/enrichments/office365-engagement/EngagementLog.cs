using Microsoft.Extensions.Logging;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Counts alone: no address, no id, no subject.</summary>
internal static partial class EngagementLog
{
    [LoggerMessage(1, LogLevel.Information, "Reading {Mailboxes} mailboxes for {Addresses} addresses of {Accounts} accounts; the whole window: {Full}.")]
    public static partial void Begins(ILogger log, int mailboxes, int addresses, int accounts, bool full);

    [LoggerMessage(2, LogLevel.Information, "Of {Messages} messages and {Meetings} meetings {Emails} e-mails and {Counted} meetings count, with {Accounts} accounts.")]
    public static partial void Ends(ILogger log, long messages, long meetings, int emails, int counted, int accounts);
}
