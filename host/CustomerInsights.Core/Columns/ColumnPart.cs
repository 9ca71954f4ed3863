using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>
/// Some profiles of one type as columns, with their activities. Immutable: a profile that changes gets a row in a newer part, and its old
/// row is dead in every image from then on (see <see cref="ColumnImage"/>). At most <see cref="MaxRows"/> rows.
/// </summary>
public sealed class ColumnPart
{
    /// <summary>The most rows that a part may have: 4,194,304.</summary>
    public const int MaxRows = 1 << 22;

    /// <summary>Over columns of equal length.</summary>
    /// <param name="rows">How many profiles.</param>
    /// <param name="numbers">8 bytes a row: the profiles' numbers, ascending.</param>
    /// <param name="ids">16 bytes a row: their ids, big-endian.</param>
    /// <param name="attributes">By name, measures included. An attribute that no row has need not be there.</param>
    /// <param name="activities">By type. A type that no row has need not be there.</param>
    public ColumnPart(
        int rows,
        ReadOnlyMemory<byte> numbers,
        ReadOnlyMemory<byte> ids,
        IReadOnlyDictionary<string, Column> attributes,
        IReadOnlyDictionary<string, ActivityTable> activities)
    {
        Rows = rows;
        NumberSection = numbers;
        IdSection = ids;
        Attributes = attributes;
        Activities = activities;
    }

    /// <summary>How many profiles there are, dead rows included.</summary>
    public int Rows { get; }

    /// <summary>The section of <see cref="Numbers"/>.</summary>
    public ReadOnlyMemory<byte> NumberSection { get; }

    /// <summary>The section of the ids.</summary>
    public ReadOnlyMemory<byte> IdSection { get; }

    /// <summary>The profiles' numbers, ascending.</summary>
    public ReadOnlySpan<long> Numbers => MemoryMarshal.Cast<byte, long>(NumberSection.Span);

    /// <summary>Attributes by name.</summary>
    public IReadOnlyDictionary<string, Column> Attributes { get; }

    /// <summary>Activities by type.</summary>
    public IReadOnlyDictionary<string, ActivityTable> Activities { get; }

    /// <summary>The bytes that the part takes.</summary>
    public long Bytes => NumberSection.Length + IdSection.Length + Attributes.Values.Sum(column => column.Bytes) + Activities.Values.Sum(table => table.Bytes);

    /// <summary>A row's profile id.</summary>
    public ProfileId IdAt(int row) => new(new Guid(IdSection.Span.Slice(row * 16, 16), bigEndian: true));

    /// <summary>The row of a profile's number, dead or not, or -1.</summary>
    public int RowOf(long number)
    {
        var row = Numbers.BinarySearch(number);
        return row < 0 ? -1 : row;
    }
}

/// <summary>The activities of one type of all profiles of a part, by profile, then by time, at the same time by id (ordinal).</summary>
/// <param name="type">The activity type.</param>
/// <param name="offsets">profiles + 1 offsets of 4 bytes: profile <c>i</c> has the rows <c>Starts[i]</c> to <c>Starts[i + 1] - 1</c>.</param>
/// <param name="at">When each happened; none is missing.</param>
/// <param name="ids">Their ids; none is missing.</param>
/// <param name="fields">By name. A field that no row has need not be there.</param>
public sealed class ActivityTable(string type, ReadOnlyMemory<byte> offsets, ScaledColumn at, Column ids, IReadOnlyDictionary<string, Column> fields)
{
    /// <summary>The activity type.</summary>
    public string Type => type;

    /// <summary>How many activities there are.</summary>
    public int Rows => at.Rows;

    /// <summary>The section of <see cref="Starts"/>.</summary>
    public ReadOnlyMemory<byte> OffsetSection => offsets;

    /// <summary>Where each profile's rows begin, and where the last one's end.</summary>
    public ReadOnlySpan<int> Starts => MemoryMarshal.Cast<byte, int>(offsets.Span);

    /// <summary>When each happened.</summary>
    public ScaledColumn At => at;

    /// <summary>Their ids: text.</summary>
    public Column Ids => ids;

    /// <summary>Fields by name.</summary>
    public IReadOnlyDictionary<string, Column> Fields => fields;

    /// <summary>The bytes that the table takes.</summary>
    public long Bytes => offsets.Length + at.Bytes + ids.Bytes + fields.Values.Sum(column => column.Bytes);
}

/// <summary>
/// All profiles of a type at one moment: parts, each with the rows that are alive. Immutable, so that whoever holds it sees that moment
/// however long the question takes, and whatever changes meanwhile.
/// </summary>
/// <param name="ProfileType">The type.</param>
/// <param name="Parts">The parts; a living profile is in exactly one of them.</param>
/// <param name="Position">The number in the change feed up to which it is right.</param>
public sealed record ColumnImage(string ProfileType, IReadOnlyList<LivePart> Parts, long Position)
{
    /// <summary>How many profiles are alive.</summary>
    public long Count { get; } = Parts.Sum(part => (long)part.Count);
}

/// <summary>A part and its living rows.</summary>
/// <param name="Part">The part.</param>
/// <param name="Alive">Its living rows; null when all are.</param>
public sealed record LivePart(ColumnPart Part, RowBits? Alive)
{
    /// <summary>How many rows are alive.</summary>
    public int Count { get; } = Alive?.Count() ?? Part.Rows;
}
