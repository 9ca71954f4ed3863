using System.Globalization;
using System.Text;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary><c>$batch</c>: multipart/mixed, change sets, <c>Content-ID</c> and references to it.</summary>
internal sealed class Batch(WebApi api)
{
    private const int MostRequests = 1000;

    private readonly Dictionary<string, string> _references = new(StringComparer.Ordinal);
    private int _count;

    internal EmulatedAnswer Answer(EmulatedRequest request)
    {
        var carryOn = request.Header("Prefer")?.Contains("odata.continue-on-error", StringComparison.Ordinal) == true;
        var boundary = $"batchresponse_{Guid.NewGuid()}";
        var answer = new StringBuilder();
        var status = 200;
        foreach (var part in Parts(request.Body, request.Header("Content-Type")))
        {
            var failed = false;
            answer.Append("--").Append(boundary).Append("\r\n");
            if (part.Headers.GetValueOrDefault("Content-Type")?.StartsWith("multipart/mixed", StringComparison.OrdinalIgnoreCase) == true)
            {
                var inner = $"changesetresponse_{Guid.NewGuid()}";
                answer.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary={inner}\r\n\r\n");
                foreach (var change in Parts(part.Body, part.Headers["Content-Type"]))
                {
                    answer.Append("--").Append(inner).Append("\r\n");
                    failed = !One(request, change, answer, inChangeSet: true, out status);
                    if (failed)
                    {
                        break;
                    }
                }

                answer.Append("--").Append(inner).Append("--\r\n");
            }
            else
            {
                failed = !One(request, part, answer, inChangeSet: false, out status);
            }

            if (failed && !carryOn)
            {
                break;
            }

            status = 200;
        }

        answer.Append("--").Append(boundary).Append("--\r\n");
        return new EmulatedAnswer(status, answer.ToString()) { ContentType = $"multipart/mixed; boundary={boundary}" };
    }

    private bool One(EmulatedRequest outer, (Dictionary<string, string> Headers, string Body) part, StringBuilder answer, bool inChangeSet, out int status)
    {
        if (++_count > MostRequests)
        {
            throw EmulatedException.Bad($"A batch has at most {MostRequests} requests.");
        }

        var head = part.Body.Split("\r\n\r\n", 2);
        var lines = head[0].Split("\r\n");
        var first = lines[0].Split(' ');
        foreach (var (id, made) in _references)
        {
            first[1] = first[1].StartsWith('$' + id, StringComparison.Ordinal) ? made + first[1][(id.Length + 1)..] : first[1];
        }

        var url = new Uri(new Uri("http://batch/api/data/v9.2/"), first[1]);
        var headers = Headers(lines.Skip(1));
        var query = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[^1]), StringComparer.Ordinal);
        EmulatedAnswer given;
        try
        {
            given = inChangeSet && first[0] == "GET"
                ? throw EmulatedException.Bad("A change set holds no GET.")
                : api.Answer(new EmulatedRequest(outer.Number, first[0], Uri.UnescapeDataString(url.AbsolutePath), query, headers, head.Length > 1 ? head[1].Trim() : ""));
        }
        catch (EmulatedException error)
        {
            given = error.Answer;
        }

        status = given.Status;
        if (part.Headers.TryGetValue("Content-ID", out var contentId) && given.Headers.TryGetValue("OData-EntityId", out var entity))
        {
            _references[contentId] = entity;
        }

        answer.Append("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
        if (contentId is not null)
        {
            answer.Append(CultureInfo.InvariantCulture, $"Content-ID: {contentId}\r\n");
        }

        answer.Append(CultureInfo.InvariantCulture, $"\r\nHTTP/1.1 {given.Status} Status\r\n");
        foreach (var (name, value) in given.Headers.Append(new("OData-Version", "4.0")))
        {
            answer.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        answer.Append(given.Body.Length > 0 ? $"Content-Type: {given.ContentType}\r\n" : "").Append("\r\n").Append(given.Body).Append("\r\n");
        return given.Status < 400;
    }

    private static IEnumerable<(Dictionary<string, string> Headers, string Body)> Parts(string body, string? contentType)
    {
        if (contentType?.Split("boundary=", 2) is not [_, var boundary])
        {
            throw EmulatedException.Bad("A batch has a boundary.");
        }

        // Some clients write LF alone; the service takes it.
        var text = body.ReplaceLineEndings("\r\n");
        foreach (var piece in text.Split($"--{boundary.Trim('"')}").Skip(1).TakeWhile(piece => !piece.StartsWith("--", StringComparison.Ordinal)))
        {
            var parts = piece.TrimStart('\r', '\n').Split("\r\n\r\n", 2);
            yield return (Headers(parts[0].Split("\r\n")), parts.Length > 1 ? parts[1] : "");
        }
    }

    private static Dictionary<string, string> Headers(IEnumerable<string> lines) =>
        lines.Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
}
