using System.Buffers.Binary;
using System.Text.Json;

namespace CustomerInsights.Core.Columns;

/// <summary>
/// The bytes of a part's file, drawn in <c>docs/admins/columns.md</c>: a header of 64 bytes, sections that begin at multiples of 64, and the table of
/// contents behind them. Pure: the caller writes and reads the bytes.
/// </summary>
/// <remarks>Little-endian, as are the columns in memory. Whatever is not as it was written is refused, never repaired: the store has it all.</remarks>
public static class ColumnFormat
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Where sections begin: at multiples of it.</summary>
    public const int Alignment = 64;

    // More than any part of thousands of columns needs; a length beyond it is damage.
    private const int MostTocBytes = 64 * 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "CICOLUMN"u8;

    /// <summary>Lays a part out.</summary>
    public static ColumnLayout Layout(ColumnPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var sections = new SectionList();
        var toc = new PartToc(
            part.Rows,
            sections.Add(part.NumberSection),
            sections.Add(part.IdSection),
            [.. part.Attributes.Select(pair => ColumnToc.Of(pair.Key, pair.Value, sections))],
            [.. part.Activities.Values.Select(table => TableToc.Of(table, sections))]);
        var contents = JsonSerializer.SerializeToUtf8Bytes(toc);
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), contents.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), sections.End);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), Checksum.Of(contents));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(56), Checksum.Of(header.AsSpan(0, 56)));
        return new ColumnLayout(header, sections.Places, contents, sections.End);
    }

    /// <summary>Where the table of contents lies; what a header says.</summary>
    /// <param name="header">The first <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="fileLength">The length of the file.</param>
    /// <exception cref="FormatException">It is no such file, is of another version, or is damaged.</exception>
    public static (long Offset, int Length, ulong Checksum) Header(ReadOnlySpan<byte> header, long fileLength)
    {
        if (header.Length < HeaderBytes || !header[..8].SequenceEqual(Magic))
        {
            throw new FormatException("It is no file of columns.");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new FormatException($"It is of format {version}, not {Version}.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) != Columns.Checksum.Of(header[..56])
            || length is < 2 or > MostTocBytes || offset < HeaderBytes || offset + length != fileLength)
        {
            throw new FormatException("Its header is damaged, or it was cut.");
        }

        return (offset, length, BinaryPrimitives.ReadUInt64LittleEndian(header[24..]));
    }

    /// <summary>Makes a part of a file's contents.</summary>
    /// <param name="contents">The table of contents, with the checksum that <see cref="Header"/> gave.</param>
    /// <param name="checksum">That checksum.</param>
    /// <param name="end">Where the sections end: the table's offset.</param>
    /// <param name="section">Gives the bytes of a section of a column; the name is <c>attribute</c>, <c>activity.field</c> or empty for what every part has.</param>
    /// <exception cref="FormatException">The contents are damaged, or do not fit each other.</exception>
    public static ColumnPart Part(ReadOnlySpan<byte> contents, ulong checksum, long end, Func<string, SectionPlace, ReadOnlyMemory<byte>> section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (Columns.Checksum.Of(contents) != checksum)
        {
            throw new FormatException("Its table of contents is damaged.");
        }

        try
        {
            var toc = JsonSerializer.Deserialize<PartToc>(contents) ?? throw new FormatException("It has no table of contents.");
            return toc.Part(new SectionSource(end, section));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NullReferenceException or IndexOutOfRangeException or OverflowException)
        {
            throw new FormatException("Its table of contents is not as we write it.", error);
        }
    }
}

/// <summary>A part laid out as a file.</summary>
/// <param name="Header">The first 64 bytes.</param>
/// <param name="Sections">The sections, ascending; bytes between them are 0.</param>
/// <param name="Contents">The table of contents.</param>
/// <param name="ContentsAt">Where the table begins: behind the last section.</param>
public sealed record ColumnLayout(ReadOnlyMemory<byte> Header, IReadOnlyList<(long Offset, ReadOnlyMemory<byte> Bytes)> Sections, ReadOnlyMemory<byte> Contents, long ContentsAt);

/// <summary>Where a section lies.</summary>
/// <param name="At">Its offset in the file; 0 for one that is empty.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Check">Its checksum, see <see cref="Checksum"/>.</param>
public sealed record SectionPlace(long At, int Length, ulong Check);

/// <summary>The checksum of columns' files: finds damage, not malice. Multiply and fold over four lanes, so that it is as fast as memory.</summary>
public static class Checksum
{
    private const ulong Prime = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The checksum of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong a = Prime ^ (ulong)bytes.Length, b = Prime << 1, c = Prime << 2, d = Prime << 3;
        while (bytes.Length >= 32)
        {
            a = Mix(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            b = Mix(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            c = Mix(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            d = Mix(d, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            bytes = bytes[32..];
        }

        foreach (var one in bytes)
        {
            a = Mix(a, one);
        }

        return Mix(Mix(Mix(a, b), c), d);
    }

    // Each step can be taken back, so that one changed word always changes the sum.
    private static ulong Mix(ulong sum, ulong word) => ulong.RotateLeft((sum ^ word) * Prime, 29);
}
