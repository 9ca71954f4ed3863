using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>The headers of a message.</summary>
/// <param name="InternetMessageId">The id of all its copies.</param>
/// <param name="ConversationId">The conversation in this mailbox.</param>
/// <param name="At">When it was sent.</param>
/// <param name="IsDraft">Not sent yet.</param>
/// <param name="IsOfMeeting">An invitation to a meeting, an answer to one, or that it is off.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Recipients">To whom, copies and blind copies too.</param>
internal sealed record GraphMessage(string? InternetMessageId, string? ConversationId, DateTimeOffset? At, bool IsDraft, bool IsOfMeeting, string? From, IReadOnlyList<string?> Recipients);

/// <summary>A meeting, or an occurrence of one.</summary>
/// <param name="Id">The id in this calendar.</param>
/// <param name="ICalUId">The id of all its copies.</param>
/// <param name="Start">The beginning.</param>
/// <param name="End">The end.</param>
/// <param name="IsCancelled">Called off.</param>
/// <param name="IsAllDay">Of whole days.</param>
/// <param name="Organiser">Who invited.</param>
/// <param name="Attendees">Who is invited; no rooms.</param>
internal sealed record GraphMeeting(string Id, string? ICalUId, DateTimeOffset? Start, DateTimeOffset? End, bool IsCancelled, bool IsAllDay, string? Organiser, IReadOnlyList<string?> Attendees);

/// <summary>Reads Graph's JSON. What is of another shape throws <see cref="InvalidOperationException"/>, <see cref="KeyNotFoundException"/> or <see cref="FormatException"/>.</summary>
internal static class GraphJson
{
    /// <summary>A user with all its addresses.</summary>
    public static DirectoryUser User(JsonElement user) => new(
        user.GetProperty("id").GetString() ?? throw new FormatException("A user without an id."),
        [.. new[] { Text(user, "mail"), Text(user, "userPrincipalName") }
            .Concat(List(user, "proxyAddresses").Select(proxy => proxy.GetString()).OfType<string>().Where(proxy => proxy.StartsWith("smtp:", StringComparison.OrdinalIgnoreCase)).Select(proxy => proxy[5..]))
            .Select(Addresses.Normal).OfType<string>().Distinct(StringComparer.Ordinal)]);

    /// <summary>A message.</summary>
    public static GraphMessage Message(JsonElement message) => new(
        Text(message, "internetMessageId"),
        Text(message, "conversationId"),
        Time(message, "sentDateTime") ?? Time(message, "receivedDateTime"),
        Flag(message, "isDraft"),
        Text(message, "@odata.type")?.StartsWith("#microsoft.graph.eventMessage", StringComparison.Ordinal) == true,
        Address(message, "from"),
        [.. List(message, "toRecipients").Concat(List(message, "ccRecipients")).Concat(List(message, "bccRecipients")).Select(Address)]);

    /// <summary>A meeting.</summary>
    public static GraphMeeting Meeting(JsonElement meeting) => new(
        Text(meeting, "id") ?? "",
        Text(meeting, "iCalUId"),
        Moment(meeting, "start"),
        Moment(meeting, "end"),
        Flag(meeting, "isCancelled"),
        Flag(meeting, "isAllDay"),
        Address(meeting, "organizer"),
        [.. List(meeting, "attendees").Where(attendee => Text(attendee, "type") != "resource").Select(Address)]);

    /// <summary>A text, or null.</summary>
    public static string? Text(JsonElement of, string name) => Find(of, name) is { } value ? value.GetString() : null;

    private static bool Flag(JsonElement of, string name) => Find(of, name) is { } value && value.GetBoolean();

    private static DateTimeOffset? Time(JsonElement of, string name) => Find(of, name) is { } value ? value.GetDateTimeOffset() : null;

    private static JsonElement[] List(JsonElement of, string name) => Find(of, name) is { } value ? [.. value.EnumerateArray()] : [];

    private static string? Address(JsonElement of, string name) => Find(of, name) is { } value ? Address(value) : null;

    private static string? Address(JsonElement recipient) => Find(recipient, "emailAddress") is { } address ? Text(address, "address") : null;

    private static DateTimeOffset? Moment(JsonElement of, string name) =>
        Find(of, name) is not { } moment || Text(moment, "dateTime") is not { } text ? null
            : Text(moment, "timeZone") is not (null or "UTC" or "Etc/UTC") ? throw new FormatException("Another time zone than UTC, which was asked for.")
            : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static JsonElement? Find(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
