using System.Globalization;
using System.Text;

namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>An answer before it is written.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">Its media type.</param>
internal sealed record ServerAnswer(int Status, byte[] Body, string ContentType = "application/json")
{
    internal IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal static ServerAnswer Json(int status, string json) => new(status, Encoding.UTF8.GetBytes(json));

    /// <summary>The head; every answer closes its connection, so that a count of connections is a count of requests.</summary>
    internal byte[] Head()
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Phrase(Status)}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n");
        if (!Headers.Keys.Contains("Content-Type", StringComparer.OrdinalIgnoreCase))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}; charset=utf-8\r\n");
        }

        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    private static string Phrase(int status) => status switch
    {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        401 => "Unauthorized",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        _ => "Status",
    };
}
