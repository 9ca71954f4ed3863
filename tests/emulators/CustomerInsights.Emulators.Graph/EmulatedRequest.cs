using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Graph;

/// <summary>A request as it came.</summary>
/// <param name="Number">From 1 on.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, decoded.</param>
/// <param name="Query">The query, decoded, by name.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
public sealed record EmulatedRequest(
    int Number, string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>Whether it is about a token.</summary>
    public bool IsSignIn => Path.EndsWith("/oauth2/v2.0/token", StringComparison.OrdinalIgnoreCase);

    /// <summary>The mailbox that it reads, or null.</summary>
    public string? MailboxOf => Path.Split('/') is [_, "v1.0", "users", var user, "messages" or "calendarView"] ? user : null;

    /// <summary>The query as it came, without the mark of the first page.</summary>
    public string Whole => Path + "?" + string.Join('&', Query.Select(pair => $"{pair.Key}={pair.Value}"));

    internal string? Header(string name) => Headers.GetValueOrDefault(name);

    internal string? Option(string name) => Query.GetValueOrDefault(name);
}

/// <summary>An answer.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">UTF-8 JSON.</param>
public sealed record EmulatedAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    internal static EmulatedAnswer Json(JsonNode body, int status = 200) => new(status, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()));

    internal static EmulatedAnswer Error(int status, string code, string message) => Json(
        new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = message,
                ["innerError"] = new JsonObject { ["date"] = "2026-11-22T08:00:00", ["request-id"] = "00000000-0000-0000-0000-000000000000", ["client-request-id"] = "00000000-0000-0000-0000-000000000000" },
            },
        },
        status);
}

/// <summary>What the service refuses, with its code.</summary>
/// <param name="status">The status.</param>
/// <param name="code">The code.</param>
/// <param name="message">The message.</param>
public sealed class EmulatedException(int status, string code, string message) : Exception(message)
{
    internal EmulatedAnswer Answer => EmulatedAnswer.Error(status, code, Message);
}

/// <summary>Ways to fail.</summary>
public enum FaultKind
{
    /// <summary>429, as the whole of Graph says it.</summary>
    TooManyRequests,

    /// <summary>429, as a mailbox says it that is asked for too much at once.</summary>
    TooManyAtOnce,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>504.</summary>
    TooSlow,

    /// <summary>403 of a mailbox.</summary>
    Denied,

    /// <summary>410: a link that was kept too long.</summary>
    Gone,

    /// <summary>Every token so far counts as expired: 401.</summary>
    ExpiredToken,

    /// <summary>The connection is cut before anything is answered.</summary>
    Reset,

    /// <summary>A page that is not JSON.</summary>
    NotJson,

    /// <summary>A page whose next link names another server.</summary>
    ForeignLink,

    /// <summary>A page whose next link is its own.</summary>
    SameLink,
}

/// <summary>What goes wrong with a request.</summary>
/// <param name="Kind">What.</param>
/// <param name="RetryAfter">The header <c>Retry-After</c> as it is sent, also with a fraction; null for none.</param>
public sealed record EmulatedFault(FaultKind Kind, string? RetryAfter = "1")
{
    internal EmulatedAnswer? Refusal() => Kind switch
    {
        FaultKind.TooManyRequests => Later(429, "TooManyRequests", "Please retry again later."),
        FaultKind.TooManyAtOnce => Later(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
        FaultKind.Unavailable => Later(503, "ServiceUnavailable", "The service is temporarily unavailable."),
        FaultKind.TooSlow => Later(504, "UnknownError", "The request took too long."),
        FaultKind.Denied => EmulatedAnswer.Error(403, "ErrorAccessDenied", "Access to OData is disabled."),
        FaultKind.Gone => EmulatedAnswer.Error(410, "syncStateNotFound", "The state of the page is not known any more."),
        FaultKind.NotJson => new EmulatedAnswer(200, "<html>Please wait</html>"u8.ToArray()),
        _ => null,
    };

    private EmulatedAnswer Later(int status, string code, string message) => EmulatedAnswer.Error(status, code, message) with
    {
        Headers = RetryAfter is null ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) : new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Retry-After"] = RetryAfter },
    };
}
