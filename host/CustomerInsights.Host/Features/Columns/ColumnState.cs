using CustomerInsights.Core.Columns;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>The images of all profile types at one moment. Immutable.</summary>
/// <param name="Position">The number in the change feed up to which they are right.</param>
/// <param name="Types">By profile type.</param>
internal sealed record ColumnState(long Position, IReadOnlyDictionary<string, TypeColumns> Types)
{
    public static ColumnState Empty { get; } = new(0, new Dictionary<string, TypeColumns>());

    public IReadOnlyDictionary<string, ColumnImage> Images { get; } = Types.ToDictionary(pair => pair.Key, pair => pair.Value.Image(pair.Key, Position), StringComparer.Ordinal);

    public ColumnState With(string type, TypeColumns columns) => new(Position, new Dictionary<string, TypeColumns>(Types, StringComparer.Ordinal) { [type] = columns });
}

/// <summary>The columns of a profile type.</summary>
/// <param name="Schema">Which columns there are.</param>
/// <param name="Parts">The parts, the older first.</param>
internal sealed record TypeColumns(ColumnSchema Schema, IReadOnlyList<HeldPart> Parts)
{
    public ColumnImage Image(string type, long position) => new(type, [.. Parts.Select(held => new LivePart(held.Stored.Part, held.Alive))], position);
}

/// <summary>A part with its living rows; all when null.</summary>
internal sealed record HeldPart(StoredPart Stored, RowBits? Alive)
{
    public int Count { get; } = Alive?.Count() ?? Stored.Part.Rows;

    /// <summary>Without the rows of these profiles; itself when it has none of them alive.</summary>
    public HeldPart Without(IReadOnlyList<long> numbers)
    {
        RowBits? alive = null;
        foreach (var number in numbers)
        {
            var row = Stored.Part.RowOf(number);
            if (row >= 0 && (Alive?[row] ?? true))
            {
                alive ??= Alive?.Clone() ?? RowBits.All(Stored.Part.Rows);
                alive[row] = false;
            }
        }

        return alive is null ? this : new HeldPart(Stored, alive);
    }
}

/// <summary>A part and where it is kept.</summary>
/// <param name="part">The part.</param>
/// <param name="memoryBytes">What it takes of the process's own memory; the rest is mapped.</param>
/// <param name="file">The file's name; null while it has none.</param>
internal sealed class StoredPart(ColumnPart part, long memoryBytes, string? file)
{
    public ColumnPart Part { get; } = part;

    public long MemoryBytes { get; } = memoryBytes;

    /// <summary>Set once, when the part is written.</summary>
    public string? File { get; set; } = file;
}
