using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CustomerInsights.Connectors.Files;

/// <summary>A file of the run and how far it has been read.</summary>
internal sealed class FileProgress(SourceFile file, string fingerprint)
{
    public SourceFile File { get; } = file;

    public string Fingerprint { get; } = fingerprint;

    /// <summary>From where to go on; the default is the file's beginning.</summary>
    public FilePosition Position { get; set; } = FilePosition.Beginning;

    /// <summary>What was detected when it was opened.</summary>
    public string? Traits { get; set; }

    public bool Done { get; set; }

    /// <summary>Eight bytes for name, size, time and content: the compact form of a finished file.</summary>
    public ulong Id => ContentHash.Of(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{File.Name}\n{File.Size}\n{File.Modified}\n{Fingerprint}")));

    /// <summary>A hash over all files of a run: equal when nothing has changed.</summary>
    public static string Digest(IReadOnlyList<FileProgress> files)
    {
        var ids = new byte[files.Count * 8];
        for (var i = 0; i < files.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(ids.AsSpan(i * 8), files[i].Id);
        }

        return ContentHash.Of(ids).ToString("x16", CultureInfo.InvariantCulture);
    }

    public FileBookmark Save() => new()
    {
        Name = File.Name,
        Size = File.Size,
        Modified = File.Modified,
        Fingerprint = Fingerprint,
        Offset = Position.Offset,
        Line = Position.Line,
        Rows = Position.Rows,
        Done = Done,
        Traits = Traits,
    };
}

/// <summary>A place between two records of a file.</summary>
/// <param name="Offset">Bytes of UTF-8 content, gunzipped.</param>
/// <param name="Line">The line that begins there, from 1.</param>
/// <param name="Rows">Records before it.</param>
internal readonly record struct FilePosition(long Offset, long Line, long Rows)
{
    public static FilePosition Beginning { get; } = new(0, 1, 0);
}
