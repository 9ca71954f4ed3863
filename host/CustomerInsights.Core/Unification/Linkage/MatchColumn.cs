using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>One field of all records, interned: a record holds the number of its value, and 0 where it has none.</summary>
public sealed class MatchColumn
{
    // Texts to numbers; made when the first value comes that is not of the run.
    private Dictionary<string, int>? _numbers;
    private readonly HashSet<int> _junk = [];

    internal MatchColumn(string name, FieldReading reading, int[] ids, string[] values)
    {
        (Name, Reading, Ids, Values) = (name, reading, ids, values);
        Counts = new int[values.Length];
        foreach (var id in ids)
        {
            Counts[id]++;
        }

        Counts[0] = 0;
        Filled = Counts.Sum(count => (long)count);
        (Rows, ValueCount) = (ids.Length, values.Length);
    }

    /// <summary>The field's name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public MatchFieldType Type => Reading.Type;

    /// <summary>How values are read, those too that come later.</summary>
    internal FieldReading Reading { get; }

    /// <summary>How many records have a value.</summary>
    public long Filled { get; private set; }

    /// <summary>The value's number of each record; after <see cref="Set"/> longer than there are records, with 0 at the end.</summary>
    internal int[] Ids { get; private set; }

    /// <summary>The normalised values by number; the first is empty. After <see cref="NumberOf"/> longer than there are values.</summary>
    internal string[] Values { get; private set; }

    /// <summary>How many records have each value of the run; values that came later have none.</summary>
    internal int[] Counts { get; }

    /// <summary>How many records there are.</summary>
    internal int Rows { get; private set; }

    /// <summary>How many values there are, the empty one among them.</summary>
    internal int ValueCount { get; private set; }

    /// <summary>What a stored model says of the values; null: they speak for themselves.</summary>
    internal FieldFacts? Facts { get; set; }

    /// <summary>The values that were taken out.</summary>
    internal IEnumerable<string> Junk => _junk.Select(id => Values[id]);

    /// <summary>The number of a normalised value, a new one where it is new; 0 for one that was taken out.</summary>
    internal int NumberOf(string normal)
    {
        if (normal.Length == 0)
        {
            return 0;
        }

        _numbers ??= Numbered();
        if (_numbers.TryGetValue(normal, out var number))
        {
            return _junk.Contains(number) ? 0 : number;
        }

        if (Facts?.IsJunk(normal) == true)
        {
            return 0;
        }

        if (ValueCount == Values.Length)
        {
            var longer = new string[Math.Max(16, 2 * ValueCount)];
            Values.CopyTo(longer, 0);
            longer.AsSpan(ValueCount).Fill("");
            Values = longer;
        }

        Values[ValueCount] = normal;
        _numbers.Add(normal, ValueCount);
        return ValueCount++;
    }

    /// <summary>Takes back the values from this number on; no record has one of them.</summary>
    internal void Forget(int count)
    {
        while (ValueCount > count)
        {
            ValueCount--;
            _numbers!.Remove(Values[ValueCount]);
            Values[ValueCount] = "";
        }
    }

    /// <summary>The number of a normalised value; 0 where no record has it.</summary>
    internal int Find(string normal) => (_numbers ??= Numbered()).GetValueOrDefault(normal);

    /// <summary>Gives a record its value; a record behind the last is a new one.</summary>
    internal void Set(int row, int id)
    {
        if (row >= Ids.Length)
        {
            var longer = new int[Math.Max(16, 2 * row)];
            Ids.CopyTo(longer, 0);
            Ids = longer;
        }

        Ids[row] = id;
        Rows = Math.Max(Rows, row + 1);
    }

    /// <summary>Takes values out of the field: records that have one of them have none.</summary>
    internal void Clear(HashSet<int> ids)
    {
        for (var row = 0; row < Ids.Length; row++)
        {
            if (ids.Contains(Ids[row]))
            {
                Ids[row] = 0;
            }
        }

        _junk.UnionWith(ids);
        foreach (var id in ids)
        {
            Filled -= Counts[id];
            Counts[id] = 0;
        }
    }

    private Dictionary<string, int> Numbered()
    {
        var numbers = new Dictionary<string, int>(ValueCount, StringComparer.Ordinal);
        for (var id = 1; id < ValueCount; id++)
        {
            numbers.Add(Values[id], id);
        }

        return numbers;
    }
}
