using System.Buffers.Binary;
using System.Text.Json;
using CustomerInsights.Core.Columns;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>The files of parts, and the manifest that names those that count. A cache: what cannot be read is built again.</summary>
/// <param name="directory">The folder; made when something is written.</param>
/// <param name="clock">The clock.</param>
internal sealed class ColumnFiles(string directory, TimeProvider clock)
{
    // Written, and not in a manifest yet: not to be swept away.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _fresh = new(StringComparer.Ordinal);

    private const string ManifestName = "manifest.json";
    private const string PartPattern = "part-*.columns*";
    private const int Format = 1;

    /// <summary>Writes a part under a name of its own: to a temporary file, then renamed.</summary>
    public string Write(ColumnPart part)
    {
        Directory.CreateDirectory(directory);
        var name = $"part-{Guid.CreateVersion7(clock.GetUtcNow()):N}.columns";
        _fresh[name] = true;
        var layout = ColumnFormat.Layout(part);
        var temporary = Path.Combine(directory, name + ".tmp");
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(layout.Header.Span);
            foreach (var (offset, bytes) in layout.Sections)
            {
                file.Position = offset;
                file.Write(bytes.Span);
            }

            file.Position = layout.ContentsAt;
            file.Write(layout.Contents.Span);
        }

        File.Move(temporary, Path.Combine(directory, name));
        return name;
    }

    /// <summary>Opens a part; checks every byte of it.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="inMemory">Which columns to read into memory; the others stay mapped.</param>
    /// <exception cref="FormatException">It is damaged, cut, or of another version.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public StoredPart Open(string name, Func<string, bool> inMemory)
    {
        var path = Path.Combine(directory, name);
        if (new FileInfo(path).Length < ColumnFormat.HeaderBytes)
        {
            throw new FormatException("It was cut.");
        }

        // Mapped at first in any case: reading is then copying, and a section that stays mapped has no copy.
        var mapped = new MappedFile(path);
        var (offset, length, checksum) = ColumnFormat.Header(mapped.Section(0, ColumnFormat.HeaderBytes).Span, mapped.Length);
        var memory = 0L;
        var part = ColumnFormat.Part(mapped.Section(offset, length).Span, checksum, offset, (column, place) =>
        {
            var section = mapped.Section(place.At, place.Length);
            if (column.Length == 0 || inMemory(column))
            {
                memory += place.Length;
                section = section.ToArray();
            }

            return Checksum.Of(section.Span) == place.Check ? section : throw new FormatException("A section is damaged.");
        });
        GC.KeepAlive(mapped);
        return new StoredPart(part, memory, name);
    }

    /// <summary>Writes the manifest and removes the files that it does not name.</summary>
    public void Save(ColumnState state, IReadOnlyDictionary<string, long> uses)
    {
        Directory.CreateDirectory(directory);
        var types = state.Types.Select(type => new TypeEntry(
            type.Key,
            type.Value.Schema,
            [.. type.Value.Parts.Select(held => new PartEntry(held.Stored.File!, held.Stored.Part.Rows, held.Alive is null ? null : Bytes(held.Alive)))]));
        var json = JsonSerializer.SerializeToUtf8Bytes(new Manifest(Format, state.Position, [.. types], uses));
        var file = new byte[8 + json.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, Checksum.Of(json));
        json.CopyTo(file, 8);
        var path = Path.Combine(directory, ManifestName);
        File.WriteAllBytes(path + ".tmp", file);
        File.Move(path + ".tmp", path, overwrite: true);
        Sweep(state.Types.Values.SelectMany(type => type.Parts).Select(held => held.Stored.File!).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The manifest, or null when there is none that can be trusted.</summary>
    public Manifest? Load()
    {
        try
        {
            var file = File.ReadAllBytes(Path.Combine(directory, ManifestName));
            return file.Length > 8 && BinaryPrimitives.ReadUInt64LittleEndian(file) == Checksum.Of(file.AsSpan(8))
                && JsonSerializer.Deserialize<Manifest>(file.AsSpan(8)) is { Format: Format } manifest
                ? manifest
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>A part's length as the directory has it; 0 when it is not there.</summary>
    public long Length(string name) => new FileInfo(Path.Combine(directory, name)) is { Exists: true } file ? file.Length : 0;

    /// <summary>The bits of an entry; null when all rows are alive.</summary>
    /// <exception cref="FormatException">They do not fit the rows.</exception>
    public static RowBits? Alive(PartEntry entry, int rows)
    {
        if (entry.Rows != rows || (entry.Alive is { } given && given.Length != RowBits.WordsFor(rows) * sizeof(ulong)))
        {
            throw new FormatException("The manifest does not fit the part.");
        }

        if (entry.Alive is null)
        {
            return null;
        }

        var alive = new RowBits(rows);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(entry.Alive.AsSpan()).CopyTo(alive.Words);
        return alive;
    }

    private static byte[] Bytes(RowBits bits) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(bits.Words).ToArray();

    private void Sweep(HashSet<string> named)
    {
        foreach (var name in named)
        {
            _fresh.TryRemove(name, out _);
        }

        foreach (var file in Directory.EnumerateFiles(directory, PartPattern).Where(file => !named.Contains(Path.GetFileName(file)) && !_fresh.ContainsKey(Path.GetFileName(file).Replace(".tmp", "", StringComparison.Ordinal))))
        {
            try
            {
                File.Delete(file);
            }
            catch (IOException)
            {
                // Windows keeps a file that is mapped; the next sweep takes it.
            }
        }
    }

    /// <summary>Which parts count.</summary>
    /// <param name="Format">The manifest's form.</param>
    /// <param name="Position">The feed's number up to which they are right.</param>
    /// <param name="Types">By profile type.</param>
    /// <param name="Uses">How often each column was asked for.</param>
    internal sealed record Manifest(int Format, long Position, IReadOnlyList<TypeEntry> Types, IReadOnlyDictionary<string, long>? Uses);

    /// <summary>A profile type.</summary>
    internal sealed record TypeEntry(string Name, ColumnSchema Schema, IReadOnlyList<PartEntry> Parts);

    /// <summary>A part.</summary>
    internal sealed record PartEntry(string File, int Rows, byte[]? Alive);
}
