using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The levels of all fields of a pair, packed: four bits a field. Pairs with the same pattern are alike for everything that follows.
/// </summary>
internal sealed class PairLevels
{
    internal const int Bits = 4;
    internal const int MostFields = 16;

    /// <summary>Bytes for each record and field.</summary>
    internal const int EntryBytes = 12;

    private readonly FieldComparison[] _fields;

    // By row and field: what a pair needs of a record lies side by side.
    private Entry[] _values;
    private readonly int _given;
    private readonly int _family;

    // Given names by their number as family names, 0 for none; null when there are not both.
    private readonly PerValue<int>? _givenAsFamily;
    private readonly ulong _swapped;
    private int _crossedGiven = 1;
    private int _crossedFamily = 1;

    internal PairLevels(FieldComparison[] fields, ParallelOptions parallel)
    {
        _fields = fields;
        _values = SideBySide(fields, parallel);
        _given = Array.FindIndex(fields, field => field.Column.Type == MatchFieldType.GivenName);
        _family = Array.FindIndex(fields, field => field.Column.Type == MatchFieldType.FamilyName);
        if (_given >= 0 && _family >= 0)
        {
            _givenAsFamily = new();
            _swapped = ((ulong)(uint)fields[_given].Swapped << (Bits * _given)) | ((ulong)(uint)fields[_family].Swapped << (Bits * _family));
            Cross();
        }
    }

    /// <summary>Takes in a record that is new or has other values: what its columns say, which the fields have learnt.</summary>
    internal void Set(int row)
    {
        var end = (row + 1) * _fields.Length;
        if (_values.Length < end)
        {
            Array.Resize(ref _values, 2 * end);
        }

        for (var field = 0; field < _fields.Length; field++)
        {
            var id = _fields[field].Column.Ids[row];
            _values[end - _fields.Length + field] = new(_fields[field].Features[id], id);
        }

        if (_givenAsFamily is not null)
        {
            Cross();
        }
    }

    /// <summary>Compares two records.</summary>
    internal ulong Pattern(int a, int b, Scratch scratch)
    {
        var pattern = 0UL;
        var left = _values.AsSpan(a * _fields.Length, _fields.Length);
        var right = _values.AsSpan(b * _fields.Length, _fields.Length);
        for (var field = 0; field < left.Length; field++)
        {
            var (one, other) = (left[field], right[field]);

            // The greedy pairing of letters depends on the order: the smaller number goes first, whatever the rows.
            var level = one.Id < other.Id
                ? _fields[field].Level(one.Id, other.Id, one.Feature, other.Feature, scratch)
                : _fields[field].Level(other.Id, one.Id, other.Feature, one.Feature, scratch);
            pattern |= (ulong)(uint)level << (Bits * field);
        }

        return IsSwapped(pattern, a, b) ? Swapped(pattern) : pattern;
    }

    internal static int LevelOf(ulong pattern, int field) => (int)(pattern >> (Bits * field)) & 15;

    // Above the lowest level between different and equal.
    private bool IsAlike(ulong pattern, int field) => LevelOf(pattern, field) > FieldComparison.Different + 1 || LevelOf(pattern, field) >= _fields[field].FirstEqual;

    // Given and family name in each other's place: both count as very similar.
    private bool IsSwapped(ulong pattern, int a, int b)
    {
        if (_givenAsFamily is not { } crossed || IsAlike(pattern, _given) || IsAlike(pattern, _family))
        {
            return false;
        }

        var (left, right) = (crossed[Id(a, _given)], crossed[Id(b, _given)]);
        return left != 0 && right != 0 && left == Id(b, _family) && right == Id(a, _family);
    }

    private ulong Swapped(ulong pattern)
    {
        var cleared = pattern & ~((15UL << (Bits * _given)) | (15UL << (Bits * _family)));
        return cleared | _swapped;
    }

    private int Id(int row, int field) => _values[(row * _fields.Length) + field].Id;

    private static Entry[] SideBySide(FieldComparison[] fields, ParallelOptions parallel)
    {
        const int Part = 1 << 14;
        var rows = fields[0].Column.Rows;
        var values = new Entry[(long)rows * fields.Length];
        Parallel.For(0, (rows + Part - 1) / Part, parallel, part =>
        {
            for (var field = 0; field < fields.Length; field++)
            {
                var (ids, features) = (fields[field].Column.Ids, fields[field].Features);
                for (var row = part * Part; row < Math.Min(rows, (part + 1) * Part); row++)
                {
                    values[(row * fields.Length) + field] = new(features[ids[row]], ids[row]);
                }
            }
        });
        return values;
    }

    // Names that were not looked at yet; a name has the same number as long as it lives.
    private void Cross()
    {
        var (given, family) = (_fields[_given].Column, _fields[_family].Column);
        for (; _crossedGiven < given.ValueCount; _crossedGiven++)
        {
            _givenAsFamily![_crossedGiven] = family.Find(given.Values[_crossedGiven]);
        }

        for (; _crossedFamily < family.ValueCount; _crossedFamily++)
        {
            if (given.Find(family.Values[_crossedFamily]) is > 0 and var id)
            {
                _givenAsFamily![id] = _crossedFamily;
            }
        }
    }

    // Twelve bytes and not sixteen: there is one for each field of each record.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Entry(ulong Feature, int Id);
}
