using System.Buffers;
using System.IO.Compression;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>The body of a request, inflated where it is gzip, in a rented buffer; dispose it to give that back.</summary>
internal sealed class EventBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private EventBody() => _buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads it; null when it is larger than <paramref name="most"/>.</summary>
    /// <exception cref="InvalidDataException">It says that it is gzip and is not.</exception>
    public static async ValueTask<EventBody?> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        var body = new EventBody();
        try
        {
            var zipped = request.Headers.ContentEncoding.ToString().Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase);
            await using var inflated = zipped ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : null;
            if (await body.FillAsync(inflated ?? request.Body, most, cancellationToken))
            {
                return body;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        body.Dispose();
        return null;
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<bool> FillAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                _buffer.AsSpan(0, _length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            _length += read;
            if (_length > most)
            {
                return false;
            }
        }
    }
}
