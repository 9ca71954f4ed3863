using System.Globalization;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What became of a mailbox.</summary>
internal enum MailboxOutcome
{
    /// <summary>It was read.</summary>
    Read,

    /// <summary>Its user has no mailbox of Exchange Online.</summary>
    NoExchange,

    /// <summary>A policy keeps the application out.</summary>
    Denied,

    /// <summary>Its user is not there any more.</summary>
    Gone,
}

/// <summary>The time that is looked at.</summary>
/// <param name="From">Its first instant.</param>
/// <param name="To">The first instant after it: the moment of the run, to the second.</param>
/// <param name="IsFull">Whether messages are read anew from its beginning.</param>
internal sealed record Frame(DateTimeOffset From, DateTimeOffset To, bool IsFull);

/// <summary>
/// Reads one mailbox: messages in up to three slices of time and the calendar in a fourth, each page after page, so that never more than four requests are
/// open. Every page is kept when it was read; a run that comes again goes on at the next one.
/// </summary>
internal sealed class MailboxReader(GraphReader graph, EngagementState state, ContactBook contacts, OwnMailboxes own, StateKeys keys, Frame frame)
{
    private const int MailSlices = 3;

    // Messages may be seen late, and clocks differ; what comes twice counts once.
    private static readonly TimeSpan s_overlap = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_worthSlicing = TimeSpan.FromDays(60);

    /// <summary>Reads it, or finds that it was read.</summary>
    public async Task<MailboxOutcome> ReadAsync(OwnMailbox mailbox, CancellationToken cancellationToken)
    {
        var before = await state.MailboxAsync(mailbox, cancellationToken).ConfigureAwait(false);
        if (before?.UpTo == frame.To.UtcTicks)
        {
            return MailboxOutcome.Read;
        }

        try
        {
            await ReadAsync(mailbox, before, cancellationToken).ConfigureAwait(false);
            return MailboxOutcome.Read;
        }
        catch (GraphRefusal refusal) when (refusal.Code is "MailboxNotEnabledForRESTAPI" or "MailboxNotSupportedForRESTAPI")
        {
            await state.ForgetAsync(mailbox, cancellationToken).ConfigureAwait(false);
            return MailboxOutcome.NoExchange;
        }
        catch (GraphRefusal refusal) when (refusal.Status == 403)
        {
            // What was known of it goes as well: somebody has decided that it is not to be read.
            await state.ForgetAsync(mailbox, cancellationToken).ConfigureAwait(false);
            return MailboxOutcome.Denied;
        }
        catch (GraphRefusal refusal) when (refusal.Status == 404)
        {
            await state.ForgetAsync(mailbox, cancellationToken).ConfigureAwait(false);
            return MailboxOutcome.Gone;
        }
    }

    private async Task ReadAsync(OwnMailbox mailbox, MailboxState? before, CancellationToken cancellationToken)
    {
        var known = frame.IsFull || before is null || before.UpTo > frame.To.UtcTicks ? null : before;
        var since = known is null ? frame.From : Later(new DateTimeOffset(known.UpTo, TimeSpan.Zero) - s_overlap, frame.From);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var slices = Slices(since).Select((slice, i) => Guard(MailAsync(mailbox, $"mail{i}", slice.From, slice.To, together.Token), together)).ToList();
        var calendar = Guard(CalendarAsync(mailbox, together.Token), together);
        await AllAsync([.. slices, calendar]).ConfigureAwait(false);

        var facts = new Dictionary<KeyedHash, Fact>();
        var oldest = frame.From.ToUnixTimeSeconds();
        foreach (var fact in (known?.Facts ?? []).Where(fact => !fact.IsMeeting && fact.At >= oldest))
        {
            facts[fact.Key] = fact;
        }

        var (messages, meetings) = (0, 0);
        foreach (var slice in slices)
        {
            var (seen, found) = await slice.ConfigureAwait(false);
            messages += seen;
            found.ForEach(fact => facts[fact.Key] = fact);
        }

        // Meetings of the past are moved and called off, and there are few: the calendar is read anew each time.
        var (looked, held) = await calendar.ConfigureAwait(false);
        meetings += looked;
        held.ForEach(fact => facts[fact.Key] = fact);
        await state.PutMailboxAsync(mailbox, new MailboxState(frame.To.UtcTicks, messages, meetings, [.. facts.Values]), cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Slices(DateTimeOffset since)
    {
        var count = frame.To - since < s_worthSlicing ? 1 : MailSlices;
        var length = TimeSpan.FromSeconds(Math.Floor((frame.To - since).TotalSeconds / count));
        for (var i = 0; i < count; i++)
        {
            yield return (since + (length * i), i == count - 1 ? frame.To : since + (length * (i + 1)));
        }
    }

    private Task<(int Seen, List<Fact> Facts)> MailAsync(OwnMailbox mailbox, string slice, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => PagesAsync(
        mailbox,
        slice,
        from,
        to,
        async next =>
        {
            var page = await graph.MessagesAsync(mailbox.Id, from, to, next, cancellationToken).ConfigureAwait(false);
            return (page.Next, page.Items.Count, page.Items.Select(message => Fact(mailbox, message)).OfType<Fact>().ToList());
        },
        cancellationToken);

    private Task<(int Seen, List<Fact> Facts)> CalendarAsync(OwnMailbox mailbox, CancellationToken cancellationToken) => PagesAsync(
        mailbox,
        "calendar",
        frame.From,
        frame.To,
        async next =>
        {
            var page = await graph.MeetingsAsync(mailbox.Id, frame.From, frame.To, next, cancellationToken).ConfigureAwait(false);
            return (page.Next, page.Items.Count, page.Items.Select(meeting => Fact(mailbox, meeting)).OfType<Fact>().ToList());
        },
        cancellationToken);

    private async Task<(int Seen, List<Fact> Facts)> PagesAsync(
        OwnMailbox mailbox, string slice, DateTimeOffset from, DateTimeOffset to, Func<string?, Task<(string? Next, int Seen, List<Fact> Facts)>> read, CancellationToken cancellationToken)
    {
        var (seen, facts, page) = (0, new List<Fact>(), 0);
        var links = new LinkChain();
        string? next = null;
        while (await state.PageAsync(mailbox, slice, page, cancellationToken).ConfigureAwait(false) is { } kept && kept.From == from.UtcTicks && kept.To == to.UtcTicks)
        {
            (next, seen, page) = (kept.Next, seen + kept.Seen, page + 1);
            facts.AddRange(kept.Facts);
            links.Follow(next);
            if (next is null)
            {
                return (seen, facts);
            }
        }

        var resumed = next is not null;
        do
        {
            (string? Next, int Seen, List<Fact> Facts) got;
            try
            {
                got = await read(next).ConfigureAwait(false);
            }
            catch (GraphRefusal refusal) when (resumed && refusal.Status is 400 or 410)
            {
                // A link does not live for ever: this slice begins again.
                (seen, page, next, resumed) = (0, 0, null, false);
                facts.Clear();
                links = new LinkChain();
                got = await read(null).ConfigureAwait(false);
            }

            links.Follow(got.Next);
            await state.PutPageAsync(mailbox, slice, page, new PageState(from.UtcTicks, to.UtcTicks, got.Next, got.Seen, got.Facts), cancellationToken).ConfigureAwait(false);
            (next, seen, page, resumed) = (got.Next, seen + got.Seen, page + 1, false);
            facts.AddRange(got.Facts);
        }
        while (next is not null);

        return (seen, facts);
    }

    // A draft was not sent; mail of meetings would count the meeting twice; what has no internet message id is no e-mail, such as the copy of a chat.
    private Fact? Fact(OwnMailbox mailbox, GraphMessage message) =>
        message.IsDraft || message.IsOfMeeting || message.InternetMessageId is not { Length: > 0 } id || message.At is not { } at || Person(message.From) is not { } from
        || !(IsContact(message.From) || message.Recipients.Any(IsContact))
            ? null
            : new Fact(keys.Of("message", id), at.ToUnixTimeSeconds(), from, People(mailbox, message.Recipients, from))
            {
                Conversation = message.ConversationId is { Length: > 0 } conversation ? keys.Of("conversation", conversation).High : keys.Of("message", id).High,
            };

    private Fact? Fact(OwnMailbox mailbox, GraphMeeting meeting)
    {
        if (meeting.IsCancelled || meeting.Start is not { } start || meeting.End is not { } end || start < frame.From || start >= frame.To
            || Person(meeting.Organiser) is not { } from || !(IsContact(meeting.Organiser) || meeting.Attendees.Any(IsContact)))
        {
            return null;
        }

        var id = meeting.ICalUId is { Length: > 0 } shared ? shared : $"{mailbox.Id}\0{meeting.Id}";
        return new Fact(keys.Of("meeting", string.Create(CultureInfo.InvariantCulture, $"{id}\0{start.ToUnixTimeSeconds()}")), start.ToUnixTimeSeconds(), from, People(mailbox, meeting.Attendees, from))
        {
            Minutes = meeting.IsAllDay ? Office365Engagement.Fact.OfWholeDays : (int)Math.Clamp((end - start).TotalMinutes, 0, 31 * 1440),
        };
    }

    // Whoever's mailbox it lies in took part, also by a distribution list or as a blind copy.
    private KeyedHash[] People(OwnMailbox mailbox, IEnumerable<string?> addresses, KeyedHash from) =>
        [.. addresses.Select(Person).OfType<KeyedHash>().Append(from).Append(mailbox.Person).Distinct()];

    private KeyedHash? Person(string? address) => own.Find(address)?.Person ?? contacts.Find(address);

    private bool IsContact(string? address) => contacts.Find(address) is not null;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // The first that fails ends the others; they are waited for, so that nothing reads on behind the run's back.
    private static async Task<T> Guard<T>(Task<T> task, CancellationTokenSource together)
    {
        try
        {
            return await task.ConfigureAwait(false);
        }
        catch
        {
            await together.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AllAsync(IReadOnlyList<Task> tasks)
    {
        var all = Task.WhenAll(tasks);
        try
        {
            await all.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (tasks.FirstOrDefault(task => task.IsFaulted) is { } failed)
        {
            await failed.ConfigureAwait(false);
        }
    }
}
