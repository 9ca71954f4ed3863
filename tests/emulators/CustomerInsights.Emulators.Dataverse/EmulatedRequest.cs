using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>A request before it is answered.</summary>
/// <param name="Number">Its place since the last reset of the journal, from 1.</param>
/// <param name="Method">The verb.</param>
/// <param name="Path">The path, decoded.</param>
/// <param name="Query">The parameters, decoded.</param>
/// <param name="Headers">By name, whatever its case.</param>
/// <param name="Body">The body as text; empty when there is none.</param>
public sealed record EmulatedRequest(
    int Number, string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>Whether it asks for a token.</summary>
    public bool IsSignIn => Path.EndsWith("/token", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it may change something.</summary>
    public bool IsWrite => Method != "GET" && !IsSignIn && !Path.EndsWith("msdynmkt_ListGroupMembers", StringComparison.Ordinal) && !Path.EndsWith("msdynmkt_MembersList", StringComparison.Ordinal);

    internal string? Header(string name) => Headers.GetValueOrDefault(name);

    internal JsonObject Json() => JsonNode.Parse(Body) as JsonObject ?? throw new EmulatedException(400, "0x80048d19", "The body is not a JSON object.");
}

/// <summary>What is answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body; empty for none.</param>
public sealed record EmulatedAnswer(int Status, string Body = "")
{
    /// <summary>Headers beside those of every answer.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = "application/json; odata.metadata=minimal";

    internal static EmulatedAnswer Json(JsonNode body, int status = 200) => new(status, body.ToJsonString());

    internal static EmulatedAnswer Error(int status, string code, string message) =>
        Json(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }, status);
}

/// <summary>What the service refuses, with its code.</summary>
/// <param name="status">The status.</param>
/// <param name="code">The code as hexadecimal text.</param>
/// <param name="message">The message.</param>
public sealed class EmulatedException(int status, string code, string message) : Exception(message)
{
    internal EmulatedAnswer Answer => EmulatedAnswer.Error(status, code, Message);

    internal static EmulatedException NotFound(string entity, Guid id) => new(404, "0x80040217", $"Entity '{entity}' With Id = {id} Does Not Exist");

    internal static EmulatedException Bad(string message) => new(400, "0x80048d19", message);
}
