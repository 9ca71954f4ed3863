using System.Text;

namespace CustomerInsights.Host.Platform;

/// <summary>Sends rows as a CSV file while they come. The headers go out with the first rows: what fails before is a problem and not half a file.</summary>
/// <param name="response">The answer.</param>
/// <param name="name">The file's name, without its ending.</param>
internal sealed class CsvResponse(HttpResponse response, string name)
{
    private const int FlushAt = 64 * 1024;

    private readonly StringBuilder _text = new();

    /// <summary>Adds a row; see <see cref="CsvText.Row"/>.</summary>
    public async ValueTask AddAsync(IEnumerable<string?> fields, CancellationToken cancellationToken)
    {
        CsvText.Row(_text, fields);
        if (_text.Length >= FlushAt)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Sends what is left. A file without rows is sent, too.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
        {
            response.ContentType = "text/csv; charset=utf-8";
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}.csv\"";
        }

        await response.WriteAsync(_text.ToString(), cancellationToken);
        _text.Clear();
    }
}
