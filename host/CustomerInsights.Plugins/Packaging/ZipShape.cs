using System.Buffers.Binary;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>
/// Looks at a zip's end record before the archive class reads the directory into memory: it would read a million entries
/// before anybody could count them. Layout: APPNOTE 6.3.10, 4.3.16.
/// </summary>
internal static class ZipShape
{
    private const uint EndSignature = 0x06054b50;
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;

    // 46 bytes and a name for each; packages have no extra fields worth mentioning.
    private const int LargestEntry = 46 + 1024;

    internal static void Check(Stream stream, PackageLimits limits)
    {
        if (stream.Length > limits.Bytes)
        {
            throw new PackageException("limit", $"The package has {stream.Length:N0} bytes; at most {limits.Bytes:N0} are allowed.");
        }

        var tail = new byte[Math.Min(stream.Length, EndLength + LongestComment)];
        stream.Seek(-tail.Length, SeekOrigin.End);
        stream.ReadExactly(tail);
        stream.Position = 0;
        var at = FindEnd(tail);
        if (at < 0)
        {
            throw new PackageException("zip", "The file is not a package: it is no zip archive, or its end is missing. Was the download cut off?");
        }

        var end = tail.AsSpan(at);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        var directory = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var most = limits.Files + 2;
        if (entries > most)
        {
            throw new PackageException("limit", $"The package says that it holds {entries:N0} files; at most {limits.Files:N0} are allowed.");
        }

        // Entries are read from the offset up to the end record, whatever their count says.
        var room = stream.Length - tail.Length + at - offset;
        if (directory > (long)most * LargestEntry || room < directory || room > (long)most * LargestEntry)
        {
            throw new PackageException("zip", "The package's directory is not where its end says, or is too large. Pack it again with 'ci-plugin pack'.");
        }
    }

    private static int FindEnd(ReadOnlySpan<byte> tail)
    {
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail[i..]) == EndSignature)
            {
                return i;
            }
        }

        return -1;
    }
}
