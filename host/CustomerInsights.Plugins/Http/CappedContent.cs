using System.Net;

namespace CustomerInsights.Plugins.Http;

/// <summary>The body of a response, held to its limits however it is read. The end of it, good or bad, ends the request.</summary>
internal sealed class CappedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly CappedBody _body;

    internal CappedContent(HttpContent inner, CappedBody body)
    {
        (_inner, _body) = (inner, body);
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var from = await OpenAsync(cancellationToken);
        await from.CopyToAsync(stream, cancellationToken);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var from = CreateContentReadStream(cancellationToken);
        from.CopyTo(stream);
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new CappedStream(_inner.ReadAsStream(cancellationToken), _body);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => await OpenAsync(cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _body.End();
        }

        base.Dispose(disposing);
    }

    private async Task<CappedStream> OpenAsync(CancellationToken cancellationToken) => new(await _inner.ReadAsStreamAsync(cancellationToken), _body);
}
