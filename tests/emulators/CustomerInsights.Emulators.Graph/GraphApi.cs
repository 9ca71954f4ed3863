using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Emulators.Graph;

/// <summary>The paths of Graph that are emulated.</summary>
internal sealed class GraphApi(Tenant tenant, EmulatorOptions options, IReadOnlyList<string> roles, NextLink link)
{
    internal EmulatedAnswer Answer(EmulatedRequest request)
    {
        if (request.Method != "GET")
        {
            throw new EmulatedException(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
        }

        return request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["v1.0", "users"] => Users(request),
            ["v1.0", "users", var user] => User(request, user),
            ["v1.0", "groups"] => Groups(request),
            ["v1.0", "groups", var group, "transitiveMembers", "microsoft.graph.user"] => Members(request, group),
            ["v1.0", "users", var user, "messages"] => Messages(request, user),
            ["v1.0", "users", var user, "calendarView"] => Calendar(request, user),
            _ => throw new EmulatedException(404, "ResourceNotFound", "Resource not found for the segment."),
        };
    }

    private EmulatedAnswer Users(EmulatedRequest request)
    {
        Needs("User.Read.All", "Directory.Read.All");
        var named = QueryOptions.Named(request);
        var found = tenant.Users.Where(user => named is null || named.Any(condition => Is(user, condition.Property, condition.Value))).ToList();
        return Page(request, found, QueryOptions.Top(request, 100, 999), "users", WriteUser);
    }

    private EmulatedAnswer User(EmulatedRequest request, string id)
    {
        Needs("User.Read.All", "Directory.Read.All");
        var user = tenant.Find(id) ?? throw NoSuch(id);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteUser(json, user, QueryOptions.Select(request));
        }

        return new EmulatedAnswer(200, buffer.WrittenMemory);
    }

    private EmulatedAnswer Groups(EmulatedRequest request)
    {
        Needs("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All");
        var named = QueryOptions.Named(request);
        var found = tenant.Groups.Where(group => named is null || named.Any(condition => condition.Property == "mail" && Same(group.Mail, condition.Value))).ToList();
        return Page(request, found, QueryOptions.Top(request, 100, 999), "groups", (json, group, select) =>
        {
            json.WriteStartObject();
            Text(json, select, "id", group.Id);
            Text(json, select, "mail", group.Mail);
            Text(json, select, "displayName", group.Mail.Split('@')[0]);
            json.WriteEndObject();
        });
    }

    private EmulatedAnswer Members(EmulatedRequest request, string id)
    {
        Needs("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All");
        var users = tenant.TransitiveMembers(id) ?? throw NoSuch(id);
        return Page(request, users, QueryOptions.Top(request, 100, 999), "users", WriteUser);
    }

    private EmulatedAnswer Messages(EmulatedRequest request, string id)
    {
        Needs("Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite");
        var mailbox = Open(id);
        if (request.Option("$search") is not null && !roles.Contains("Mail.Read", StringComparer.Ordinal))
        {
            throw new EmulatedException(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
        }

        var (from, to) = QueryOptions.Received(request);
        var withBody = roles.Contains("Mail.Read", StringComparer.Ordinal);
        return Page(request, mailbox.Messages(from, to), QueryOptions.Top(request, 10, 1000), $"users('{id}')/messages", (json, message, select) => WriteMessage(json, message, select, withBody));
    }

    private EmulatedAnswer Calendar(EmulatedRequest request, string id)
    {
        Needs("Calendars.Read", "Calendars.ReadWrite");
        var mailbox = Open(id);
        if (!Instant(request.Option("startDateTime"), out var from) || !Instant(request.Option("endDateTime"), out var to))
        {
            throw new EmulatedException(400, "ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.");
        }

        return Page(request, mailbox.Events(from, to), QueryOptions.Top(request, 10, 1000), $"users('{id}')/calendarView", WriteEvent);
    }

    private Mailbox Open(string id)
    {
        var user = tenant.Find(id) ?? throw NoSuch(id);
        return !user.HasExchange ? throw new EmulatedException(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
            : user.IsDenied ? throw new EmulatedException(403, "ErrorAccessDenied", "Access to OData is disabled.")
            : user.Mailbox;
    }

    private void Needs(params string[] oneOf)
    {
        if (!oneOf.Any(role => roles.Contains(role, StringComparer.Ordinal)))
        {
            throw new EmulatedException(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
        }
    }

    private EmulatedAnswer Page<T>(EmulatedRequest request, IReadOnlyList<T> all, int top, string context, Action<Utf8JsonWriter, T, HashSet<string>?> write)
    {
        var select = QueryOptions.Select(request);
        var skip = QueryOptions.Skip(request);
        var size = Math.Min(top, options.LargestPage);
        return Written(json =>
        {
            json.WriteString("@odata.context", new Uri(link.Server, $"/v1.0/$metadata#{context}").AbsoluteUri);
            if (request.Option("$count") == "true")
            {
                json.WriteNumber("@odata.count", all.Count);
            }

            json.WriteStartArray("value");
            for (var i = skip; i < Math.Min(all.Count, skip + size); i++)
            {
                write(json, all[i], select);
            }

            json.WriteEndArray();
            if (skip + size < all.Count || link.Stuck || link.Server.Host == "stranger.example")
            {
                json.WriteString("@odata.nextLink", QueryOptions.Next(request, link, skip + size));
            }
        });
    }

    private static EmulatedAnswer Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new EmulatedAnswer(200, buffer.WrittenMemory);
    }

    private static void WriteUser(Utf8JsonWriter json, EmulatedUser user, HashSet<string>? select)
    {
        json.WriteStartObject();
        Text(json, select, "id", user.Id);
        Text(json, select, "mail", user.Mail);
        Text(json, select, "userPrincipalName", user.PrincipalName);
        if (Wanted(select, "proxyAddresses"))
        {
            json.WriteStartArray("proxyAddresses");
            foreach (var address in user.Mail is { } mail ? user.Proxies.Select(proxy => "smtp:" + proxy).Prepend("SMTP:" + mail) : [])
            {
                json.WriteStringValue(address);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, EmulatedMessage message, HashSet<string>? select, bool withBody)
    {
        json.WriteStartObject();
        if (message.ODataType is { } type)
        {
            json.WriteString("@odata.type", type);
        }

        json.WriteString("@odata.etag", "W/\"CQAAAA==\"");
        json.WriteString("id", message.Id);
        Text(json, select, "internetMessageId", message.InternetMessageId);
        Text(json, select, "conversationId", message.ConversationId);
        Time(json, select, "receivedDateTime", message.Received);
        Time(json, select, "sentDateTime", message.Sent ?? message.Received);
        Flag(json, select, "isDraft", message.IsDraft);
        Text(json, select, "subject", message.Subject);
        Text(json, select, "parentFolderId", "AQMk-folder");
        if (withBody)
        {
            Text(json, select, "bodyPreview", message.Body);
        }

        Recipient(json, select, "from", message.From);
        Recipient(json, select, "sender", message.From);
        Recipients(json, select, "toRecipients", message.To);
        Recipients(json, select, "ccRecipients", message.Cc);
        Recipients(json, select, "bccRecipients", message.Bcc);
        json.WriteEndObject();
    }

    private static void WriteEvent(Utf8JsonWriter json, EmulatedEvent item, HashSet<string>? select)
    {
        json.WriteStartObject();
        json.WriteString("@odata.etag", "W/\"DQAAAA==\"");
        json.WriteString("id", item.Id);
        Text(json, select, "iCalUId", item.ICalUId);
        Text(json, select, "seriesMasterId", item.SeriesMasterId);
        Text(json, select, "type", item.SeriesMasterId is null ? "singleInstance" : "occurrence");
        Flag(json, select, "isCancelled", item.IsCancelled);
        Flag(json, select, "isAllDay", item.IsAllDay);
        Text(json, select, "subject", item.Subject);
        Text(json, select, "bodyPreview", item.Body);
        Moment(json, select, "start", item.Start);
        Moment(json, select, "end", item.End);
        Recipient(json, select, "organizer", item.Organizer);
        if (Wanted(select, "attendees"))
        {
            json.WriteStartArray("attendees");
            foreach (var attendee in item.Attendees)
            {
                json.WriteStartObject();
                json.WriteString("type", attendee.Type);
                json.WriteStartObject("status");
                json.WriteString("response", attendee.Response);
                json.WriteString("time", "2026-01-01T00:00:00Z");
                json.WriteEndObject();
                Address(json, attendee.Address);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Recipients(Utf8JsonWriter json, HashSet<string>? select, string name, IReadOnlyList<string> addresses)
    {
        if (!Wanted(select, name))
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var address in addresses)
        {
            json.WriteStartObject();
            Address(json, address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Recipient(Utf8JsonWriter json, HashSet<string>? select, string name, string? address)
    {
        if (address is null || !Wanted(select, name))
        {
            return;
        }

        json.WriteStartObject(name);
        Address(json, address);
        json.WriteEndObject();
    }

    private static void Address(Utf8JsonWriter json, string address)
    {
        json.WriteStartObject("emailAddress");
        json.WriteString("name", address.Split('@')[0]);
        json.WriteString("address", address);
        json.WriteEndObject();
    }

    private static void Moment(Utf8JsonWriter json, HashSet<string>? select, string name, DateTimeOffset at)
    {
        if (!Wanted(select, name))
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("dateTime", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture));
        json.WriteString("timeZone", "UTC");
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, HashSet<string>? select, string name, DateTimeOffset at) =>
        Text(json, select, name, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static void Flag(Utf8JsonWriter json, HashSet<string>? select, string name, bool value)
    {
        if (Wanted(select, name))
        {
            json.WriteBoolean(name, value);
        }
    }

    private static void Text(Utf8JsonWriter json, HashSet<string>? select, string name, string? value)
    {
        if (value is null || !Wanted(select, name))
        {
            return;
        }

        json.WriteString(name, value);
    }

    private static bool Wanted(HashSet<string>? select, string name) => select?.Contains(name) != false;

    private static bool Instant(string? text, out DateTimeOffset at) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);

    private static bool Is(EmulatedUser user, string property, string value) => property switch
    {
        "mail" => Same(user.Mail, value),
        "userPrincipalName" => Same(user.PrincipalName, value),
        _ => user.Mail is { } mail && user.Proxies.Prepend(mail).Any(address => Same("smtp:" + address, value)),
    };

    private static bool Same(string? left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static EmulatedException NoSuch(string id) => new(404, "Request_ResourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
}
