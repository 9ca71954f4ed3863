namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>One field of all records, interned: a record holds the number of its value, and 0 where it has none.</summary>
public sealed class MatchColumn
{
    internal MatchColumn(string name, MatchFieldType type, int[] ids, string[] values)
    {
        (Name, Type, Ids, Values) = (name, type, ids, values);
        Counts = new int[values.Length];
        foreach (var id in ids)
        {
            Counts[id]++;
        }

        Counts[0] = 0;
        Filled = Counts.Sum(count => (long)count);
    }

    /// <summary>The field's name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public MatchFieldType Type { get; }

    /// <summary>How many records have a value.</summary>
    public long Filled { get; private set; }

    /// <summary>The value's number of each record.</summary>
    internal int[] Ids { get; }

    /// <summary>The normalised values by number; the first is empty.</summary>
    internal string[] Values { get; }

    /// <summary>How many records have each value.</summary>
    internal int[] Counts { get; }

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

        foreach (var id in ids)
        {
            Filled -= Counts[id];
            Counts[id] = 0;
        }
    }
}
