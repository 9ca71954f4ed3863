using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// UTF-8 that also carries lone surrogates (as three bytes each, "WTF-8"), so that any .NET string comes back as it went in and two different
/// strings never become one key. SQLite compares such text by bytes, which is the order of code points.
/// </summary>
internal static class WideUtf8
{
    /// <summary>Room that <see cref="Encode"/> needs at most.</summary>
    public static int MaxBytes(int chars) => chars * 3;

    public static int Encode(ReadOnlySpan<char> text, Span<byte> utf8)
    {
        var status = Utf8.FromUtf16(text, utf8, out var read, out var written, replaceInvalidSequences: false);
        while (status is OperationStatus.InvalidData or OperationStatus.NeedMoreData)
        {
            var lone = text[read++];
            utf8[written++] = (byte)(0xE0 | (lone >> 12));
            utf8[written++] = (byte)(0x80 | ((lone >> 6) & 0x3F));
            utf8[written++] = (byte)(0x80 | (lone & 0x3F));
            status = Utf8.FromUtf16(text[read..], utf8[written..], out var more, out var wrote, replaceInvalidSequences: false);
            read += more;
            written += wrote;
        }

        return written;
    }

    public static byte[] Encode(string text)
    {
        var buffer = new byte[MaxBytes(text.Length)];
        return buffer[..Encode(text, buffer)];
    }

    public static string Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (!utf8.ContainsAnyInRange((byte)0x80, (byte)0xFF))
        {
            return Encoding.ASCII.GetString(utf8);
        }

        // A code point has never more UTF-16 units than UTF-8 bytes.
        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            return new string(rented, 0, Decode(utf8, rented));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static int Decode(ReadOnlySpan<byte> utf8, Span<char> text)
    {
        var status = Utf8.ToUtf16(utf8, text, out var read, out var written, replaceInvalidSequences: false);
        while (status is OperationStatus.InvalidData or OperationStatus.NeedMoreData)
        {
            var rest = utf8[read..];
            if (rest.Length >= 3 && rest[0] == 0xED && rest[1] is >= 0xA0 and <= 0xBF && (rest[2] & 0xC0) == 0x80)
            {
                text[written++] = (char)(0xD000 | ((rest[1] & 0x3F) << 6) | (rest[2] & 0x3F));
                read += 3;
            }
            else
            {
                text[written++] = '\uFFFD';
                read++;
            }

            status = Utf8.ToUtf16(utf8[read..], text[written..], out var more, out var wrote, replaceInvalidSequences: false);
            read += more;
            written += wrote;
        }

        return written;
    }
}
