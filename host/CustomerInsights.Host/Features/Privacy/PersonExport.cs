using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>Writes what is held on people as JSON and as a page for people, row after row; both in one pass, neither ever whole in memory.</summary>
internal sealed class PersonExport : IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly Utf8JsonWriter _json;
    private readonly StreamWriter _html;
    private string? _kind;

    public PersonExport(Stream json, Stream html, PrivacyRequest request, DateTimeOffset now)
    {
        _json = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true });
        _html = new StreamWriter(html, new UTF8Encoding(false));
        _json.WriteStartObject();
        _json.WriteString("request", request.Id);
        _json.WriteString("law", request.Law);
        _json.WriteString("at", now.UtcDateTime);
        _json.WriteStartArray("people");
        _html.Write(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            + "<title>What is held</title><style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin-bottom:1em}td,th{border:1px solid #bbb;padding:.2em .5em;text-align:left;vertical-align:top}</style></head><body>\n<h1>What is held</h1>\n");
        _html.Write($"<p>Request {Text(request.Id)}, {Text(now.UtcDateTime.ToString("u", CultureInfo.InvariantCulture))}.</p>\n");
    }

    public void BeginPerson(PrivacySubject person)
    {
        _json.WriteStartObject();
        _json.WriteNumber("number", person.Number);
        _html.Write($"<h2>Person {person.Number.ToString(CultureInfo.InvariantCulture)}</h2>\n");
        if (person.Profile is null)
        {
            _json.WriteBoolean("held", false);
            _html.Write("<p>Nothing is held.</p>\n");
        }
    }

    public async ValueTask AddAsync(HeldRow row, CancellationToken cancellationToken)
    {
        if (row.Kind != _kind)
        {
            EndKind();
            _kind = row.Kind;
            _json.WriteStartArray(row.Kind);
            _html.Write($"<h3>{Text(row.Kind)}</h3>\n<table><tr>");
            foreach (var (name, _) in row.Values)
            {
                _html.Write($"<th>{Text(name)}</th>");
            }

            _html.Write("</tr>\n");
        }

        _json.WriteStartObject();
        _html.Write("<tr>");
        foreach (var (name, value) in row.Values)
        {
            var plain = value is HeldDocument document ? PlainJson.Of(document.Bytes) : value;
            _json.WritePropertyName(name);
            JsonSerializer.Serialize(_json, plain, Json.Options);
            _html.Write("<td>");
            Cell(plain);
            _html.Write("</td>");
        }

        _json.WriteEndObject();
        _html.Write("</tr>\n");
        if (_json.BytesPending > FlushAt)
        {
            await _json.FlushAsync(cancellationToken);
            await _html.FlushAsync(cancellationToken);
        }
    }

    public void EndPerson()
    {
        EndKind();
        _json.WriteEndObject();
    }

    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        await _html.WriteAsync("</body></html>\n");
        await _json.FlushAsync(cancellationToken);
        await _html.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync();
        await _html.DisposeAsync();
    }

    private void EndKind()
    {
        if (_kind is not null)
        {
            _json.WriteEndArray();
            _html.Write("</table>\n");
            _kind = null;
        }
    }

    private void Cell(object? value)
    {
        switch (value)
        {
            case null:
                break;
            case IReadOnlyDictionary<string, object?> document:
                foreach (var (name, part) in document)
                {
                    _html.Write($"<b>{Text(name)}</b>: {Text(Plain(part))}<br>");
                }

                break;
            default:
                _html.Write(Text(Plain(value)));
                break;
        }
    }

    private static string Plain(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture),
        IEnumerable<string> list => string.Join(", ", list),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // Everything that came from outside is text and nothing else here.
    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
