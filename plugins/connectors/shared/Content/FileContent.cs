using System.Text;

namespace CustomerInsights.Connectors.Files;

/// <summary>A file's content as UTF-8, from any place in it.</summary>
internal static class FileContent
{
    /// <summary>Opens the content.</summary>
    /// <param name="file">The file.</param>
    /// <param name="head">Its beginning.</param>
    /// <param name="encoding">A name of <see cref="TextEncodings"/>, not <c>auto</c>.</param>
    /// <param name="offset">Where to begin, counted in UTF-8 bytes after gunzip; 0 skips a byte order mark.</param>
    /// <param name="cancellationToken">Cancels the skipping.</param>
    /// <returns>The stream and the offset at which it stands.</returns>
    public static async ValueTask<(Stream Stream, long Offset)> OpenAsync(
        SourceFile file, FileHead head, string encoding, long offset, CancellationToken cancellationToken)
    {
        try
        {
            Stream stream = FileHead.OpenRaw(file);
            if (head.Compressed)
            {
                stream = new Gunzip(stream);
            }

            if (!string.Equals(encoding, TextEncodings.Utf8, StringComparison.Ordinal))
            {
                stream = Encoding.CreateTranscodingStream(stream, TextEncodings.Get(encoding), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                offset += offset == 0 && TextEncodings.HasUtf16Mark(head.Bytes) ? 3 : 0; // The mark comes out as U+FEFF.
            }
            else if (offset == 0 && TextEncodings.HasUtf8Mark(head.Bytes))
            {
                offset = 3;
            }

            if (stream is FileStream plain)
            {
                plain.Position = offset;
            }
            else
            {
                await SkipAsync(stream, offset, cancellationToken).ConfigureAwait(false);
            }

            return (new ExplainingStream(stream, file.Name), offset);
        }
        catch (Exception error) when (FileFailure.Explains(error))
        {
            throw FileFailure.From(error, file.Name);
        }
    }

    private static async ValueTask SkipAsync(Stream stream, long count, CancellationToken cancellationToken)
    {
        var scrap = new byte[64 * 1024];
        while (count > 0)
        {
            var read = await stream.ReadAsync(scrap.AsMemory(0, (int)Math.Min(count, scrap.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            count -= read;
        }
    }

    /// <summary>Names the file in whatever goes wrong while it is read.</summary>
    private sealed class ExplainingStream(Stream inner, string name) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (FileFailure.Explains(error))
            {
                throw FileFailure.From(error, name);
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
