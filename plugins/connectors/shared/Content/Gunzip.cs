using System.IO.Compression;

namespace CustomerInsights.Connectors.Files;

/// <summary>
/// Unpacks gzip, several members one after another included, and fails when the file is cut short. The runtime's stream
/// takes a cut file for a short one, and a full read of it would delete what is missing. So a member with a mark is put
/// behind the file: only a whole file lets it come out at the end.
/// </summary>
internal sealed class Gunzip : Stream
{
    private static readonly byte[] Mark = "\0ci:gzip-is-whole"u8.ToArray();
    private static readonly byte[] MarkMember = Pack(Mark);

    private readonly GZipStream _unpacked;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _from;
    private int _to;
    private bool _ended;

    public Gunzip(Stream packed) => _unpacked = new GZipStream(new Appended(packed), CompressionMode.Decompress);

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
        // As many bytes as the mark has are held back: they may be it.
        while (!_ended && _to - _from <= Mark.Length)
        {
            Buffer.BlockCopy(_buffer, _from, _buffer, 0, _to - _from);
            (_from, _to) = (0, _to - _from);
            var read = await _unpacked.ReadAsync(_buffer.AsMemory(_to), cancellationToken).ConfigureAwait(false);
            _to += read;
            _ended = read == 0;
        }

        if (_ended && !_buffer.AsSpan(_from, _to - _from).EndsWith(Mark))
        {
            throw new InvalidDataException("it is cut short.");
        }

        var count = Math.Min(buffer.Length, _to - _from - Mark.Length);
        _buffer.AsSpan(_from, count).CopyTo(buffer.Span);
        _from += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

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
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>The file, then the mark's member.</summary>
    private sealed class Appended(Stream file) : Stream
    {
        private int _marked;
        private bool _behind;

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
            if (!_behind)
            {
                var read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read > 0 || buffer.Length == 0)
                {
                    return read;
                }

                _behind = true;
            }

            var count = Math.Min(buffer.Length, MarkMember.Length - _marked);
            MarkMember.AsSpan(_marked, count).CopyTo(buffer.Span);
            _marked += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

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
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
