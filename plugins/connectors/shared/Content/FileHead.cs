using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>The beginning of a file, gunzipped: enough to tell what it is.</summary>
/// <param name="Bytes">Up to 256 KiB of content.</param>
/// <param name="Compressed">True when the file is gzip, whatever its name.</param>
/// <param name="Whole">True when the content is no longer than that.</param>
internal sealed record FileHead(byte[] Bytes, bool Compressed, bool Whole)
{
    private const int Length = 256 * 1024;

    public static async ValueTask<FileHead> ReadAsync(SourceFile file, CancellationToken cancellationToken)
    {
        try
        {
            var stream = OpenRaw(file);
            await using (stream.ConfigureAwait(false))
            {
                var magic = new byte[2];
                var compressed = await stream.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == 2 && magic is [0x1f, 0x8b];
                stream.Position = 0;
                var content = compressed ? new Gunzip(stream) : (Stream)stream;
                await using (content.ConfigureAwait(false))
                {
                    var bytes = new byte[Math.Max(1, compressed ? Length : (int)Math.Min(Length, stream.Length))];
                    var read = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    return new FileHead(bytes[..read], compressed, compressed ? read < bytes.Length : read == stream.Length);
                }
            }
        }
        catch (Exception error) when (FileFailure.Explains(error))
        {
            throw FileFailure.From(error, file.Name);
        }
    }

    public static FileStream OpenRaw(SourceFile file) => new(file.FullPath, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        // Others may go on writing to it, or replace it: a shop's log does not stop for us.
        Share = FileShare.ReadWrite | FileShare.Delete,
        // The tokenizer has a buffer of its own.
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    /// <summary>Refuses what is no text.</summary>
    public void RequireText(string name, string encodingSetting)
    {
        if (Known() is { } known)
        {
            throw new PluginException(FailureKind.Data, $"'{name}' is not a text file: it begins like {known}. Export it as text, or leave it out of the pattern.");
        }

        if (encodingSetting is "utf-16" || TextEncodings.HasUtf16Mark(Bytes))
        {
            return;
        }

        var zero = Bytes.AsSpan().IndexOf((byte)0);
        if (zero >= 0)
        {
            var odd = Bytes.Take(1000).Where((value, at) => at % 2 == 1 && value == 0).Count();
            var even = Bytes.Take(1000).Where((value, at) => at % 2 == 0 && value == 0).Count();
            throw new PluginException(
                FailureKind.Data,
                odd > Math.Min(Bytes.Length, 1000) / 3 && even < odd / 4
                    ? $"'{name}' looks like UTF-16 without a byte order mark. Set its 'encoding' to 'utf-16'."
                    : $"'{name}' is not a text file: byte {zero + 1} is NUL. Export it as text, or leave it out of the pattern.");
        }

        var control = Bytes.Count(value => value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0c or 0x1a or 0x1b));
        if (control * 20 > Bytes.Length)
        {
            throw new PluginException(FailureKind.Data, $"'{name}' is not a text file: {control} of its first {Bytes.Length} bytes are control characters. Export it as text, or leave it out of the pattern.");
        }
    }

    private string? Known() => Bytes switch
    {
        [0x50, 0x4b, 0x03, 0x04, ..] => Bytes.AsSpan().IndexOf("xl/"u8) >= 0 || Bytes.AsSpan().IndexOf("[Content_Types].xml"u8) >= 0 ? "an Excel workbook (xlsx)" : "a zip archive",
        [0x50, 0x41, 0x52, 0x31, ..] => "a Parquet file",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Excel workbook (xls)",
        [0x25, 0x50, 0x44, 0x46, ..] => "a PDF",
        [0x89, 0x50, 0x4e, 0x47, ..] => "a PNG image",
        [0xff, 0xd8, 0xff, ..] => "a JPEG image",
        [0x37, 0x7a, 0xbc, 0xaf, ..] => "a 7-Zip archive",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "a Zstandard archive",
        [0x42, 0x5a, 0x68, >= 0x31 and <= 0x39, 0x31, ..] => "a bzip2 archive",
        [0x4f, 0x62, 0x6a, 0x01, ..] => "an Avro file",
        [0x4f, 0x52, 0x43, ..] when Bytes.AsSpan().IndexOf((byte)0) >= 0 => "an ORC file",
        [0x7f, 0x45, 0x4c, 0x46, ..] => "a program",
        [0x1f, 0x8b, ..] => "a gzip file inside a gzip file",
        _ when Bytes.AsSpan().StartsWith("SQLite format 3"u8) => "an SQLite database",
        _ => null,
    };
}
