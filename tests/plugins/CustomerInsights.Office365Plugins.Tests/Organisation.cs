using CustomerInsights.Emulators.Graph;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>An e-mail as it was written, once.</summary>
internal sealed record WrittenMail(int Number, int Thread, DateTimeOffset At, string From, string[] To, string[] Cc, string[] Bcc)
{
    public IEnumerable<string> Everybody => To.Concat(Cc).Concat(Bcc).Prepend(From);
}

/// <summary>A meeting as it was held, once.</summary>
internal sealed record HeldMeeting(int Number, DateTimeOffset At, int Minutes, bool AllDay, string Organiser, string[] Invited)
{
    public IEnumerable<string> Everybody => Invited.Prepend(Organiser);
}

/// <summary>
/// A made-up organisation. What was written and held is known once; the emulator gets a copy for each mailbox, among noise: internal mail, newsletters, drafts,
/// mail of meetings, meetings that were called off, what is too old. The same seed gives the same organisation.
/// </summary>
internal sealed class Organisation
{
    /// <summary>The moment of the run.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    /// <summary>What no run may store, log or answer.</summary>
    public const string Canary = "canary-of-a-subject";

    private readonly Random _random;
    private readonly Dictionary<string, List<EmulatedMessage>> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<EmulatedEvent>> _events = new(StringComparer.Ordinal);
    private int _number;

    public Organisation(int seed, int mailboxes, int accounts, int items)
    {
        _random = new Random(seed);
        Own = [.. Enumerable.Range(1, mailboxes).Select(i => $"u{i}@contoso.example")];
        foreach (var address in Own)
        {
            (_messages[address], _events[address]) = ([], []);
        }

        Contacts = [.. Enumerable.Range(1, accounts).SelectMany(account => Enumerable.Range(1, _random.Next(1, 5)).Select(person => (Address: $"c{person}@account{account}.example", Account: $"A-{account:0000}")))];
        AccountOf = Contacts.ToDictionary(contact => contact.Address, contact => contact.Account, StringComparer.Ordinal);
        for (var left = items; left > 0;)
        {
            left -= _random.Next(100) switch
            {
                < 45 => Conversation(),
                < 60 => Noise(),
                < 85 => Meeting(),
                _ => OtherNoise(),
            };
        }
    }

    public IReadOnlyList<string> Own { get; }

    public IReadOnlyList<(string Address, string Account)> Contacts { get; }

    public IReadOnlyDictionary<string, string> AccountOf { get; }

    public List<WrittenMail> Mails { get; } = [];

    public List<HeldMeeting> Meetings { get; } = [];

    /// <summary>How many items lie in mailboxes and calendars.</summary>
    public int Items => _messages.Values.Sum(list => list.Count) + _events.Values.Sum(list => list.Count);

    public TestPopulation Population => new(Now, [.. Contacts.Select((contact, i) => TestPopulation.Contact($"p{i:00000}", contact.Address, contact.Account))], 100);

    /// <summary>Fills an emulator.</summary>
    public void Fill(GraphEmulator emulator)
    {
        foreach (var address in Own)
        {
            var id = address.Split('@')[0];
            var user = emulator.Tenant.Find(id) ?? emulator.Tenant.Add(new EmulatedUser(id, address, address));
            user.Mailbox.Clear();
            user.Mailbox.Add(_messages[address]);
            user.Mailbox.Add(_events[address]);
        }
    }

    private int Conversation()
    {
        var thread = ++_number;
        var own = Some(Own, _random.Next(1, 4));
        var first = Pick(Contacts);
        string[] others = [first.Address, .. Some([.. Contacts.Where(contact => contact.Account == first.Account).Select(contact => contact.Address)], 2), .. _random.Next(5) == 0 ? [Pick(Contacts).Address] : Array.Empty<string>()];
        others = [.. others.Distinct(StringComparer.Ordinal)];
        var at = Moment();
        var copies = 0;
        for (var left = _random.Next(1, 5); left > 0 && at < Now; left--)
        {
            var fromOwn = _random.Next(2) == 0;
            var mail = fromOwn
                ? new WrittenMail(++_number, thread, at, own[0], others, own[1..], _random.Next(6) == 0 ? [Pick(Contacts).Address] : [])
                : new WrittenMail(++_number, thread, at, others[0], own, others[1..], []);
            mail = mail with { Bcc = [.. mail.Bcc.Except(mail.To, StringComparer.Ordinal)] };
            Mails.Add(mail);
            foreach (var mailbox in own)
            {
                copies++;
                _messages[mailbox].Add(new EmulatedMessage($"AAMk{mail.Number}-{mailbox}", $"<{mail.Number}@mail.example>", $"AAQk{thread}-{mailbox}", at.AddSeconds(_random.Next(3)), Case(mail.From), [.. mail.To.Select(Case)])
                {
                    Sent = at,
                    Cc = mail.Cc,
                    Bcc = mailbox == mail.From ? mail.Bcc : [],
                    Subject = Canary,
                    Body = Canary,
                });
            }

            at = at.AddMinutes(_random.Next(1, 6000));
        }

        return copies;
    }

    private int Meeting()
    {
        var own = Some(Own, _random.Next(1, 5));
        var others = Some([.. Contacts.Select(contact => contact.Address)], _random.Next(1, 3));
        var at = Moment();
        var allDay = _random.Next(20) == 0;
        var meeting = new HeldMeeting(++_number, at, allDay ? 1440 : 15 * _random.Next(1, 9), allDay, _random.Next(3) == 0 ? others[0] : own[0], [.. own, .. others]);
        meeting = meeting with { Invited = [.. meeting.Invited.Where(address => address != meeting.Organiser)] };
        var cancelled = _random.Next(10) == 0;
        if (!cancelled)
        {
            Meetings.Add(meeting);
        }

        foreach (var mailbox in own)
        {
            _events[mailbox].Add(new EmulatedEvent(
                $"AAEv{meeting.Number}-{mailbox}", $"040000{meeting.Number}", at, at.AddMinutes(meeting.Minutes), Case(meeting.Organiser),
                [.. meeting.Invited.Select((address, i) => new EmulatedAttendee(address, i % 3 == 2 ? "optional" : "required", i % 4 == 3 ? "declined" : "accepted")), new EmulatedAttendee("c1@account1.example", "resource")])
            {
                IsCancelled = cancelled,
                IsAllDay = meeting.AllDay,
                Subject = Canary,
                Body = Canary,
            });
        }

        return own.Length;
    }

    // Internal mail and newsletters.
    private int Noise()
    {
        var own = Some(Own, 2);
        var number = ++_number;
        var stranger = _random.Next(2) == 0;
        foreach (var mailbox in own)
        {
            _messages[mailbox].Add(new EmulatedMessage($"AAMk{number}-{mailbox}", $"<{number}@mail.example>", $"AAQk{number}", Moment(), stranger ? $"news{number % 50}@letters.example" : own[0], own) { Subject = Canary, Body = Canary });
        }

        return own.Length;
    }

    // A draft, mail of a meeting, a third party's mail with a contact in copy, a chat, what is too old, what is yet to come, a blocked hour.
    private int OtherNoise()
    {
        var mailbox = Pick(Own);
        var contact = Pick(Contacts).Address;
        var number = ++_number;
        var mail = new EmulatedMessage($"AAMk{number}", $"<{number}@mail.example>", $"AAQk{number}", Moment(), mailbox, [contact]) { Subject = Canary, Body = Canary };
        switch (_random.Next(7))
        {
            case 0:
                _messages[mailbox].Add(mail with { IsDraft = true });
                break;
            case 1:
                _messages[mailbox].Add(mail with { ODataType = "#microsoft.graph.eventMessageRequest", From = contact, To = [mailbox] });
                break;
            case 2:
                _messages[mailbox].Add(mail with { From = "third@party.example", To = [mailbox], Cc = [contact] });
                break;
            case 3:
                _messages[mailbox].Add(mail with { InternetMessageId = null });
                break;
            case 4:
                _messages[mailbox].Add(mail with { Received = Now.AddDays(-365 - _random.Next(1, 200)) });
                break;
            case 5:
                _events[mailbox].Add(new EmulatedEvent($"AAEv{number}", $"040000{number}", Now.AddDays(_random.Next(1, 30)), Now.AddDays(31), mailbox, [new EmulatedAttendee(contact)]) { Subject = Canary });
                break;
            default:
                _events[mailbox].Add(new EmulatedEvent($"AAEv{number}", $"040000{number}", Moment(), Now, mailbox, []) { Subject = Canary });
                break;
        }

        return 1;
    }

    private DateTimeOffset Moment() => Now.AddSeconds(-_random.Next(60, 364 * 86_400));

    private string Case(string address) => _random.Next(8) == 0 ? address.ToUpperInvariant() : address;

    private T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private string[] Some(IReadOnlyList<string> of, int count) => [.. Enumerable.Range(0, Math.Min(count, of.Count)).Select(_ => Pick(of)).Distinct(StringComparer.Ordinal)];
}

/// <summary>The slow way to the same figures: for each account and stretch of time it looks through everything that was written and held.</summary>
internal sealed class Oracle(Organisation organisation)
{
    private readonly HashSet<string> _own = [.. organisation.Own];
    private readonly ILookup<string, WrittenMail> _mails = organisation.Mails
        .SelectMany(mail => mail.Everybody.Select(address => organisation.AccountOf.GetValueOrDefault(address)).OfType<string>().Distinct(StringComparer.Ordinal).Select(account => (account, mail))).ToLookup(pair => pair.account, pair => pair.mail, StringComparer.Ordinal);
    private readonly ILookup<string, HeldMeeting> _meetings = organisation.Meetings
        .SelectMany(meeting => meeting.Everybody.Select(address => organisation.AccountOf.GetValueOrDefault(address)).OfType<string>().Distinct(StringComparer.Ordinal).Select(account => (account, meeting))).ToLookup(pair => pair.account, pair => pair.meeting, StringComparer.Ordinal);

    /// <summary>All values of the accounts that have any, by account.</summary>
    public Dictionary<string, Dictionary<string, string>> Totals() => Of(DateTimeOffset.MinValue, Organisation.Now, "2025-11-22");

    /// <summary>The values of accounts in a month.</summary>
    public Dictionary<string, Dictionary<string, string>> Month(DateOnly start) =>
        Of(new DateTimeOffset(start, default, TimeSpan.Zero), new DateTimeOffset(start.AddMonths(1), default, TimeSpan.Zero), FieldText(start));

    private Dictionary<string, Dictionary<string, string>> Of(DateTimeOffset from, DateTimeOffset to, string start)
    {
        var accounts = organisation.Contacts.Select(contact => contact.Account).Distinct(StringComparer.Ordinal)
            .Select(account => (Account: account, Signals: Signals(account, from, to))).Where(pair => pair.Signals is not null).ToDictionary(pair => pair.Account, pair => pair.Signals!, StringComparer.Ordinal);
        return accounts.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Values.Append(("aggregation_start_date", start)).Append(("aggregation_level", "month")).Append(("engagement_score", Score(pair.Key, accounts)))
                .ToDictionary(value => value.Item1, value => value.Item2, StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private Found? Signals(string account, DateTimeOffset from, DateTimeOffset to)
    {
        bool Is(string address) => organisation.AccountOf.GetValueOrDefault(address) == account;
        bool Within(DateTimeOffset at) => at >= from && at < to;
        var all = _mails[account].Where(mail => _own.Contains(mail.From) || Is(mail.From)).ToList();
        var mails = all.Where(mail => Within(mail.At)).ToList();
        var meetings = _meetings[account].Where(meeting => Within(meeting.At) && (_own.Contains(meeting.Organiser) || Is(meeting.Organiser))).ToList();
        if (mails.Count + meetings.Count == 0)
        {
            return null;
        }

        var replies = all.GroupBy(mail => mail.Thread).SelectMany(thread => thread.OrderBy(mail => mail.At).ThenBy(mail => mail.Number).Aggregate(
            (Asked: (DateTimeOffset?)null, Waits: new List<(DateTimeOffset At, TimeSpan Wait)>()),
            (so, mail) =>
            {
                if (_own.Contains(mail.From))
                {
                    return (mail.At, so.Waits);
                }

                if (so.Asked is { } asked)
                {
                    so.Waits.Add((mail.At, mail.At - asked));
                }

                return (null, so.Waits);
            }).Waits).Where(reply => Within(reply.At)).ToList();
        var timed = meetings.Where(meeting => !meeting.AllDay).ToList();
        int Distinct(IEnumerable<IEnumerable<string>> people, Func<string, bool> which) => people.SelectMany(some => some).Where(which).Distinct(StringComparer.Ordinal).Count();
        var moments = mails.Select(mail => mail.At).Concat(meetings.Select(meeting => meeting.At)).ToList();
        return new Found(
            mails.Count(mail => Is(mail.From)),
            mails.Count(mail => _own.Contains(mail.From)),
            meetings.Count,
            mails.SelectMany(mail => mail.Everybody).Concat(meetings.SelectMany(meeting => meeting.Everybody)).Where(Is).Distinct(StringComparer.Ordinal).Count(),
            moments.Max(),
            [
                ("no_of_emails_to_account", $"{mails.Count(mail => _own.Contains(mail.From))}"),
                ("no_of_emails_from_account", $"{mails.Count(mail => Is(mail.From))}"),
                ("no_of_meetings_from_account", $"{meetings.Count(meeting => Is(meeting.Organiser))}"),
                ("no_of_meetings_to_account", $"{meetings.Count(meeting => _own.Contains(meeting.Organiser))}"),
                ("no_of_contacts_involved_meetings", $"{Distinct(meetings.Select(meeting => meeting.Everybody), _own.Contains)}"),
                ("no_of_contacts_involved_emails", $"{Distinct(mails.Select(mail => mail.Everybody), _own.Contains)}"),
                ("no_of_account_contacts_involved_meetings", $"{Distinct(meetings.Select(meeting => meeting.Everybody), Is)}"),
                ("no_of_account_contacts_involved_emails", $"{Distinct(mails.Select(mail => mail.Everybody), Is)}"),
                ("engagement_start_date", FieldText(DateOnly.FromDateTime(moments.Min().UtcDateTime))),
                ("days_since_last_email", mails.Count == 0 ? "" : $"{(int)(Organisation.Now - mails.Max(mail => mail.At)).TotalDays}"),
                ("days_since_last_meeting", meetings.Count == 0 ? "" : $"{(int)(Organisation.Now - meetings.Max(meeting => meeting.At)).TotalDays}"),
                ("average_duration_of_meetings", timed.Count == 0 ? "" : Rounded(timed.Average(meeting => (double)meeting.Minutes))),
                ("average_duration_of_account_email_replies", replies.Count == 0 ? "" : Rounded(replies.Sum(reply => (long)reply.Wait.TotalSeconds) / 3600d / replies.Count)),
            ]);
    }

    private static string Score(string account, Dictionary<string, Found> all)
    {
        double Rank(Func<Found, long> signal)
        {
            var own = signal(all[account]);
            var less = all.Values.Count(other => signal(other) < own);
            var same = all.Values.Count(other => signal(other) == own);
            return own == 0 ? 0 : all.Count == 1 ? 1 : (less + ((same - 1) / 2d)) / (all.Count - 1);
        }

        return $"{Math.Round((30 * Rank(found => found.EmailsFrom)) + (15 * Rank(found => found.EmailsTo)) + (30 * Rank(found => found.Meetings)) + (10 * Rank(found => found.People)) + (15 * Rank(found => found.Last.ToUnixTimeSeconds())), MidpointRounding.AwayFromZero)}";
    }

    private static string Rounded(double value) => FieldText(Math.Round(value, 2, MidpointRounding.AwayFromZero));

    private static string FieldText(FieldValue value) => value.ToString();

    private sealed record Found(long EmailsFrom, long EmailsTo, long Meetings, long People, DateTimeOffset Last, IReadOnlyList<(string, string)> Values);
}
