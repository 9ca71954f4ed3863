using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>
/// Counts facts of all mailboxes: copies of one message or meeting count once, and the order in which mailboxes come changes nothing.
/// </summary>
internal sealed class Counting(ContactBook contacts, OwnMailboxes own, Frame frame, EnrichmentPeriod period)
{
    /// <summary>How many months a history has.</summary>
    public const int HistoryMonths = 12;

    private readonly Dictionary<KeyedHash, int> _own = own.All.Index().ToDictionary(pair => pair.Item.Person, pair => pair.Index);
    private readonly Dictionary<KeyedHash, Merged> _items = [];
    private readonly Dictionary<ulong, ulong> _conversations = [];
    private readonly Dictionary<int, Figures> _totals = [];
    private readonly Dictionary<int, SortedDictionary<DateOnly, Figures>> _periods = [];
    private readonly Dictionary<int, (int[] Emails, int[] Meetings)> _months = [];

    /// <summary>Each account that anything was counted for, over the whole frame.</summary>
    public IReadOnlyDictionary<int, Figures> Totals => _totals;

    /// <summary>E-mails that count, each once.</summary>
    public int Emails { get; private set; }

    /// <summary>Meetings that count, each once.</summary>
    public int Meetings { get; private set; }

    /// <summary>An account's periods, in order.</summary>
    public IReadOnlyDictionary<DateOnly, Figures> Periods(int account) => _periods.GetValueOrDefault(account) ?? [];

    /// <summary>E-mails and meetings of an account in each of the last twelve months, the oldest first.</summary>
    public (IReadOnlyList<int> Emails, IReadOnlyList<int> Meetings) Months(int account) => _months.GetValueOrDefault(account, ([], []));

    /// <summary>E-mails and meetings of all accounts in each of the last twelve months, the oldest first; what counts for two accounts counts twice.</summary>
    public (int Emails, int Meetings)[] AllMonths() =>
        [.. Enumerable.Range(0, HistoryMonths).Select(month => (_months.Values.Sum(counts => counts.Emails[month]), _months.Values.Sum(counts => counts.Meetings[month])))];

    /// <summary>The first of a month of the history, from 0 for the oldest.</summary>
    public DateOnly MonthStart(int month) => PeriodOf(frame.To.ToUnixTimeSeconds() - 1, EnrichmentPeriod.Month).AddMonths(month - HistoryMonths + 1);

    /// <summary>All periods in which anything was counted.</summary>
    public IEnumerable<DateOnly> AllPeriods => _periods.Values.SelectMany(rows => rows.Keys).Distinct().Order();

    /// <summary>Adds what a mailbox has given.</summary>
    public void Add(IEnumerable<Fact> facts)
    {
        var (from, to) = (frame.From.ToUnixTimeSeconds(), frame.To.ToUnixTimeSeconds());
        foreach (var fact in facts)
        {
            if (fact.At < from || fact.At >= to)
            {
                continue;
            }

            if (!_items.TryGetValue(fact.Key, out var merged))
            {
                _items[fact.Key] = new Merged(fact.At, fact.From, fact.Minutes, fact.Conversation, [.. fact.People]);
                continue;
            }

            // A blind copy is seen in the sender's mailbox alone; the conversation may have another id in each.
            merged.People.UnionWith(fact.People);
            if (!fact.IsMeeting)
            {
                Join(merged.Conversation, fact.Conversation);
            }
        }
    }

    /// <summary>Counts all that was added.</summary>
    public void Count()
    {
        var mails = new List<Mail>();
        foreach (var (key, item) in _items)
        {
            Count(key, item, mails);
        }

        CountReplies(mails);
    }

    /// <summary>The period that an instant belongs to.</summary>
    public static DateOnly PeriodOf(long at, EnrichmentPeriod period)
    {
        var day = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(at).UtcDateTime);
        return period switch
        {
            EnrichmentPeriod.Year => new DateOnly(day.Year, 1, 1),
            EnrichmentPeriod.Month => new DateOnly(day.Year, day.Month, 1),
            EnrichmentPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => day,
        };
    }

    private void Count(KeyedHash key, Merged item, List<Mail> mails)
    {
        var ownFrom = _own.ContainsKey(item.From);
        var accountsFrom = ownFrom ? [] : contacts.Of(item.From).Select(contact => contact.Account).ToHashSet();
        var involved = item.People.Where(person => _own.ContainsKey(person)).Select(person => _own[person]).ToList();
        var accounts = item.People.SelectMany(contacts.Of).GroupBy(contact => contact.Account, contact => contact.Person).ToList();
        var counted = false;
        foreach (var account in accounts)
        {
            var isFrom = accountsFrom.Contains(account.Key);

            // What a third party sent or called to is nobody's engagement with us.
            if (!ownFrom && !isFrom)
            {
                continue;
            }

            counted = true;
            foreach (var figures in new[] { Total(account.Key), Row(account.Key, item.At) })
            {
                if (item.Minutes == Fact.OfMessage)
                {
                    figures.AddEmail(item.At, isFrom, involved, account);
                }
                else
                {
                    figures.AddMeeting(item.At, isFrom, item.Minutes, involved, account);
                }
            }

            CountMonth(account.Key, item);
            if (item.Minutes == Fact.OfMessage)
            {
                mails.Add(new Mail(account.Key, item.Conversation, item.At, key, isFrom));
            }
        }

        Emails += counted && item.Minutes == Fact.OfMessage ? 1 : 0;
        Meetings += counted && item.Minutes != Fact.OfMessage ? 1 : 0;
    }

    private void CountMonth(int account, Merged item)
    {
        var first = MonthStart(0);
        var day = PeriodOf(item.At, EnrichmentPeriod.Month);
        if (day < first)
        {
            return;
        }

        if (!_months.TryGetValue(account, out var counts))
        {
            _months[account] = counts = (new int[HistoryMonths], new int[HistoryMonths]);
        }

        (item.Minutes == Fact.OfMessage ? counts.Emails : counts.Meetings)[((day.Year - first.Year) * 12) + day.Month - first.Month]++;
    }

    // An answer is the account's first e-mail in a conversation after one of ours; its time runs from our latest one before it.
    private void CountReplies(List<Mail> mails)
    {
        foreach (var conversation in mails.GroupBy(mail => (mail.Account, Conversation: Root(mail.Conversation))))
        {
            long? asked = null;
            foreach (var mail in conversation.OrderBy(mail => mail.At).ThenBy(mail => mail.Key.High).ThenBy(mail => mail.Key.Low))
            {
                if (!mail.FromAccount)
                {
                    asked = mail.At;
                }
                else if (asked is { } since)
                {
                    Total(mail.Account).AddReply(mail.At - since);
                    Row(mail.Account, mail.At).AddReply(mail.At - since);
                    asked = null;
                }
            }
        }
    }

    private Figures Total(int account) => _totals.TryGetValue(account, out var figures) ? figures : _totals[account] = new Figures();

    private Figures Row(int account, long at)
    {
        if (!_periods.TryGetValue(account, out var rows))
        {
            _periods[account] = rows = [];
        }

        var start = PeriodOf(at, period);
        return rows.TryGetValue(start, out var figures) ? figures : rows[start] = new Figures();
    }

    private void Join(ulong one, ulong other)
    {
        var (left, right) = (Root(one), Root(other));
        if (left != right)
        {
            _conversations[Math.Max(left, right)] = Math.Min(left, right);
        }
    }

    private ulong Root(ulong conversation)
    {
        while (_conversations.TryGetValue(conversation, out var up))
        {
            conversation = up;
        }

        return conversation;
    }

    private sealed record Merged(long At, KeyedHash From, int Minutes, ulong Conversation, HashSet<KeyedHash> People);

    private readonly record struct Mail(int Account, ulong Conversation, long At, KeyedHash Key, bool FromAccount);
}
