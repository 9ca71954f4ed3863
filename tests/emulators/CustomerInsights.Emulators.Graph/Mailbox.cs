namespace CustomerInsights.Emulators.Graph;

/// <summary>A message as it lies in one mailbox.</summary>
/// <param name="Id">The id in this mailbox.</param>
/// <param name="InternetMessageId">The id of all its copies.</param>
/// <param name="ConversationId">The conversation in this mailbox.</param>
/// <param name="Received">When it came.</param>
/// <param name="From">Who wrote it.</param>
/// <param name="To">To whom.</param>
public sealed record EmulatedMessage(string Id, string? InternetMessageId, string ConversationId, DateTimeOffset Received, string? From, IReadOnlyList<string> To)
{
    /// <summary>Copies.</summary>
    public IReadOnlyList<string> Cc { get; init; } = [];

    /// <summary>Blind copies; seen by the sender alone.</summary>
    public IReadOnlyList<string> Bcc { get; init; } = [];

    /// <summary>When it was sent; <see cref="Received"/> when not said.</summary>
    public DateTimeOffset? Sent { get; init; }

    /// <summary>Not sent yet.</summary>
    public bool IsDraft { get; init; }

    /// <summary>A derived type, such as <c>#microsoft.graph.eventMessageRequest</c>; null for a message.</summary>
    public string? ODataType { get; init; }

    /// <summary>The subject.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The text.</summary>
    public string Body { get; init; } = "";
}

/// <summary>Who is invited.</summary>
/// <param name="Address">The address.</param>
/// <param name="Type"><c>required</c>, <c>optional</c> or <c>resource</c>.</param>
/// <param name="Response">The answer.</param>
public sealed record EmulatedAttendee(string Address, string Type = "required", string Response = "accepted");

/// <summary>A meeting as it lies in one calendar, expanded from its series.</summary>
/// <param name="Id">The id in this mailbox.</param>
/// <param name="ICalUId">The id of all its copies.</param>
/// <param name="Start">The beginning.</param>
/// <param name="End">The end.</param>
/// <param name="Organizer">Who invited.</param>
/// <param name="Attendees">Who is invited.</param>
public sealed record EmulatedEvent(string Id, string? ICalUId, DateTimeOffset Start, DateTimeOffset End, string? Organizer, IReadOnlyList<EmulatedAttendee> Attendees)
{
    /// <summary>Called off.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Of whole days.</summary>
    public bool IsAllDay { get; init; }

    /// <summary>The series, or null.</summary>
    public string? SeriesMasterId { get; init; }

    /// <summary>The subject.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The text.</summary>
    public string Body { get; init; } = "";
}

/// <summary>Messages and meetings of one mailbox.</summary>
public sealed class Mailbox
{
    private readonly Lock _lock = new();
    private List<EmulatedMessage> _messages = [];
    private List<EmulatedEvent> _events = [];

    /// <summary>Adds messages.</summary>
    public void Add(params IEnumerable<EmulatedMessage> messages)
    {
        lock (_lock)
        {
            // The newest first, as the service lists them.
            _messages = [.. _messages.Concat(messages).OrderByDescending(message => message.Received).ThenBy(message => message.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds meetings.</summary>
    public void Add(params IEnumerable<EmulatedEvent> events)
    {
        lock (_lock)
        {
            _events = [.. _events.Concat(events).OrderBy(item => item.Start).ThenBy(item => item.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            (_messages, _events) = ([], []);
        }
    }

    /// <summary>How many items there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _messages.Count + _events.Count;
            }
        }
    }

    internal IReadOnlyList<EmulatedMessage> Messages(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_lock)
        {
            return [.. _messages.Where(message => message.Received >= from && message.Received < to)];
        }
    }

    // As the service: what overlaps the range.
    internal IReadOnlyList<EmulatedEvent> Events(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_lock)
        {
            return [.. _events.Where(item => item.Start < to && item.End > from)];
        }
    }
}
