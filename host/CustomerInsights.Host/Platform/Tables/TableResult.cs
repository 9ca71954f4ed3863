using System.Buffers;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>
/// Sends a table while its rows come. The headers go out with the first rows: what fails before is a problem and not half a file. What fails later ends the
/// connection, so that nobody takes what came for the whole.
/// </summary>
internal sealed partial class TableResult : IResult
{
    /// <summary>How many bytes are sent at once.</summary>
    public const int FlushAt = 64 * 1024;

    private readonly TableFormat _format;
    private readonly Table _table;

    /// <summary>Makes it.</summary>
    /// <exception cref="BadParameterException">A field is asked for that there is not.</exception>
    public TableResult(TableRequest request, Table table)
        : this(request.Format, table with { Columns = TableColumns.Choose(table.Columns, request.Fields) })
    {
    }

    /// <summary>Makes it with all columns that there are.</summary>
    public TableResult(TableFormat format, Table table) => (_format, _table) = (format, table);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var stop = httpContext.RequestAborted;
        var writer = TableWriter.Of(_format, _table.Columns);
        var buffer = new ArrayBufferWriter<byte>(FlushAt);
        try
        {
            writer.Begin(buffer);
            await foreach (var row in _table.Rows.WithCancellation(stop))
            {
                writer.Write(row, buffer);
                if (buffer.WrittenCount >= FlushAt)
                {
                    await SendAsync(response, writer, buffer, stop);
                }
            }

            writer.End(buffer);
            await SendAsync(response, writer, buffer, stop);
        }
        catch (Exception error) when (response.HasStarted)
        {
            if (!stop.IsCancellationRequested)
            {
                BrokeOff(httpContext.RequestServices.GetRequiredService<ILogger<TableResult>>(), error, httpContext.Request.Path);
            }

            httpContext.Abort();
        }
    }

    private async ValueTask SendAsync(HttpResponse response, TableWriter writer, ArrayBufferWriter<byte> buffer, CancellationToken cancellationToken)
    {
        if (!response.HasStarted)
        {
            response.ContentType = writer.MediaType;
            response.Headers.ContentDisposition = $"attachment; filename=\"{_table.File}{writer.Ending}\"";
            response.Headers.XContentTypeOptions = "nosniff";
        }

        await response.Body.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }

    [LoggerMessage(1001, LogLevel.Error, "The table {Path} broke off; its reader was cut off.")]
    private static partial void BrokeOff(ILogger log, Exception error, string path);
}
