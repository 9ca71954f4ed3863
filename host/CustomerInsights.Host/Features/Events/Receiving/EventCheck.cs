using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>Whether an event can be taken. The protocol answers 200 also to one that cannot: why is written into the log with it.</summary>
internal static class EventCheck
{
    private static readonly string[] s_kinds = ["track", "identify", "page", "screen", "group", "alias"];

    /// <summary>The call of an event: by its route, or in a batch by its <c>type</c>.</summary>
    public static string? KindOf(JsonElement item, string? route) => route
        ?? (item.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String ? Array.Find(s_kinds, kind => type.ValueEquals(kind)) : null);

    /// <summary>Why an event with half a character is not taken; of its members, none may be asked for but with <see cref="Named"/>.</summary>
    public const string Half = "A text in it holds half a character.";

    /// <summary>A member by the name that is written, last of its kind. The reader's own search throws where any name holds half a character.</summary>
    public static JsonElement? Named(JsonElement item, ReadOnlySpan<byte> name)
    {
        JsonElement? found = null;
        foreach (var property in item.EnumerateObject())
        {
            if (JsonMarshal.GetRawUtf8PropertyName(property).SequenceEqual(name))
            {
                found = property.Value;
            }
        }

        return found is { } value && !HalfCharacters.In(value) ? value : null;
    }

    /// <summary>Whether a batch holds half a character elsewhere than in its events.</summary>
    public static bool HalfBesideEvents(JsonElement batch)
    {
        if (!HalfCharacters.In(batch))
        {
            return false;
        }

        foreach (var property in batch.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            byte[] text = [(byte)'"', .. name, (byte)'"'];
            if (HalfCharacters.In(text) || (!name.SequenceEqual("batch"u8) && HalfCharacters.In(property.Value)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Why an event is not taken that has no half characters; null when it is.</summary>
    public static string? Refusal(JsonElement item, string? kind, int bytes)
    {
        if (bytes > EventLimits.EventBytes)
        {
            return string.Create(CultureInfo.InvariantCulture, $"It has {bytes:N0} bytes; an event has at most {EventLimits.EventBytes:N0}.");
        }

        if (kind is null)
        {
            return "Its 'type' is none of track, identify, page, screen, group and alias.";
        }

        return Ids(item, kind) ?? Parts(item, kind);
    }

    private static string? Ids(JsonElement item, string kind)
    {
        foreach (var name in new[] { "userId", "anonymousId", "groupId", "previousId", "messageId" })
        {
            if (item.TryGetProperty(name, out var id) && id.ValueKind != JsonValueKind.Null)
            {
                var most = name == "messageId" ? EventLimits.MessageIdCharacters : EventLimits.IdCharacters;
                if (id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
                {
                    return $"Its '{name}' is no text.";
                }

                if (id.ToString().Length > most)
                {
                    return $"Its '{name}' has more than {most} characters.";
                }
            }
        }

        return kind switch
        {
            "alias" when !Has(item, "userId") || !Has(item, "previousId") => "An alias needs 'userId' and 'previousId'.",
            not "alias" when !Has(item, "userId") && !Has(item, "anonymousId") => "It has neither 'userId' nor 'anonymousId'.",
            "group" when !Has(item, "groupId") => "A group call needs 'groupId'.",
            "track" when !Has(item, "event") => "A track call needs 'event', the name of what happened.",
            _ => null,
        };
    }

    private static string? Parts(JsonElement item, string kind)
    {
        foreach (var name in new[] { "properties", "traits", "context" })
        {
            if (!item.TryGetProperty(name, out var part) || part.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (part.ValueKind != JsonValueKind.Object)
            {
                return $"Its '{name}' is no object.";
            }

            if (name != "context" && part.GetPropertyCount() > EventLimits.Properties)
            {
                return $"Its '{name}' has more than {EventLimits.Properties} entries.";
            }
        }

        return kind == "track" && item.TryGetProperty("event"u8, out var name2) && name2.GetString()!.Length > EventLimits.IdCharacters
            ? $"Its 'event' has more than {EventLimits.IdCharacters} characters." : null;
    }

    // An id of nothing but blanks names nobody.
    private static bool Has(JsonElement item, string name) => item.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.String ? !string.IsNullOrWhiteSpace(value.GetString()) : value.ValueKind == JsonValueKind.Number && name != "event");
}
