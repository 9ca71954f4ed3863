using System.Text.Json;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>Checks what is told of identifiers. Everything in it comes from outside.</summary>
internal static class ChangeReading
{
    public const string DefaultSource = "api";
    private const int LongestValue = 500;
    private const int LongestSource = 100;
    private const int LongestReason = 500;

    /// <summary>How far a clock elsewhere may be ahead. More would keep everything that is said until then from having effect.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromMinutes(5);

    /// <summary>How it is learnt that messages do not arrive.</summary>
    private static readonly string[] s_updateTypes =
        ["hard_bounce", "soft_bounce", "spam_report", "uninstall", "invalid_identifier", "returned_to_sender", "unknown", "expired", "other"];

    /// <summary>The change, with the identifier normalised; or what is wrong with it.</summary>
    public static (IdentifierChange? Change, Fault? Fault) Read(
        string type, string value, IdentifierAspect aspect, ConsentStatus status, DateTimeOffset? at, string? source, string? reason, DateTimeOffset now, string typePlace = "type", string valuePlace = "value")
    {
        if (!Names.IsField(type))
        {
            return (null, new Fault(typePlace, "name", $"'{Short(type)}' is no identifier type; use one such as email, phone or push_token."));
        }

        var normal = value.Length > LongestValue ? "" : Semantics.NormaliseIdentifier(type, value);
        if (normal.Length == 0)
        {
            return (null, new Fault(valuePlace, "value", $"Give a value of the type {type} with 1 to {LongestValue} characters."));
        }

        return source?.Length > LongestSource ? (null, new Fault("/source", "length", $"A source has at most {LongestSource} characters."))
            : reason?.Length > LongestReason ? (null, new Fault("/reason", "length", $"A reason has at most {LongestReason} characters."))
            : at > now + s_ahead ? (null, new Fault("/at", "time", "It lies in the future; give the time at which it was said, or none for now."))
            : (new IdentifierChange(type, normal, aspect, status, (at ?? now).ToUniversalTime(), source ?? DefaultSource, reason), null);
    }

    /// <summary>true, false, null or "unknown".</summary>
    public static ConsentStatus? Status(JsonElement status) => status.ValueKind switch
    {
        JsonValueKind.True => ConsentStatus.True,
        JsonValueKind.False => ConsentStatus.False,
        JsonValueKind.Null => ConsentStatus.Unknown,
        JsonValueKind.String => status.GetString() switch
        {
            "true" => ConsentStatus.True,
            "false" => ConsentStatus.False,
            "unknown" => ConsentStatus.Unknown,
            _ => null,
        },
        _ => null,
    };

    /// <summary>What is wrong with an update type; null when nothing is.</summary>
    public static Fault? UpdateType(bool reachable, string? type) => (reachable, type) switch
    {
        (true, null) => null,
        (true, _) => new Fault("/updateType", "unexpected", "What can be reached has no update type; leave it out."),
        (false, null) => new Fault("/updateType", "required", $"Say how it was learnt: {string.Join(", ", s_updateTypes)}."),
        _ => s_updateTypes.Contains(type) ? null : new Fault("/updateType", "unknown", $"There is no update type '{Short(type)}'.{Names.Suggest(Short(type), s_updateTypes)} Use one of {string.Join(", ", s_updateTypes)}."),
    };

    public static Fault BadStatus { get; } = new("/status", "status", "A status is true, false or unknown.");

    public static string Word(ConsentStatus status) => status switch { ConsentStatus.True => "true", ConsentStatus.False => "false", _ => "unknown" };

    private static string Short(string text) => text.Length <= 50 ? text : text[..50] + "…";
}
