using Microsoft.Net.Http.Headers;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>The forms of a table as a file.</summary>
internal enum TableFormat
{
    /// <summary>RFC 4180 with a header.</summary>
    Csv,

    /// <summary>An array of objects.</summary>
    Json,

    /// <summary>An object a line.</summary>
    JsonLines,
}

/// <summary>That a list is asked for as a file: by <c>format</c>, or else by <c>Accept</c>.</summary>
/// <param name="Format">Its form.</param>
/// <param name="Fields">The columns, in this order; null for all.</param>
internal sealed record TableRequest(TableFormat Format, IReadOnlyList<string>? Fields)
{
    private const int MostFields = 100;
    private const int LongestField = 500;

    /// <summary>Reads a request; null when a page is asked for. Handlers have it as a parameter.</summary>
    public static ValueTask<TableRequest?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.Request));

    /// <summary>Reads a request; null when a page is asked for.</summary>
    /// <exception cref="BadParameterException">There is no such format, or there are too many fields.</exception>
    public static TableRequest? Of(HttpRequest request) => Asked(request) is { } format ? new TableRequest(format, Columns(request)) : null;

    private static TableFormat? Asked(HttpRequest request)
    {
        var format = request.Query["format"];
        return format.Count == 0 ? Accepted(request) : format.ToString() switch
        {
            "csv" => TableFormat.Csv,
            "json" => TableFormat.Json,
            "jsonl" => TableFormat.JsonLines,
            _ => throw new BadParameterException("format", "A format is csv, json or jsonl."),
        };
    }

    // A caller that takes JSON as willingly gets the page: files are for those who ask for them.
    private static TableFormat? Accepted(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return null;
        }

        var best = accepted.Where(type => type.Quality is not 0).GroupBy(type => type.Quality ?? 1).MaxBy(types => types.Key);
        return best is null || best.Any(type => Form(type) is null) ? null : Form(best.First());
    }

    private static TableFormat? Form(MediaTypeHeaderValue type) => type.MediaType.Value?.ToLowerInvariant() switch
    {
        "text/csv" => TableFormat.Csv,
        "application/x-ndjson" => TableFormat.JsonLines,
        _ => null,
    };

    private static string[]? Columns(HttpRequest request)
    {
        if (request.Query["fields"] is not { Count: > 0 } fields)
        {
            return null;
        }

        string[] names = [.. fields.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        return names.Length is 0 or > MostFields || names.Any(name => name.Length > LongestField)
            ? throw new BadParameterException("fields", $"Name 1 to {MostFields} fields of at most {LongestField} characters, separated by commas; or leave 'fields' out.")
            : names;
    }
}
