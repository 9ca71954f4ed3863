namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>What one thread has found of a business measure in one part: a cell for each group and aggregate.</summary>
internal sealed class BusinessGroups
{
    // A table of 4 million entries is 16 MB; wider keys are hashed.
    private const int TableBits = 22;

    private readonly int[]? _table;
    private readonly Dictionary<long, int>? _hashed;
    private readonly List<long> _keys = [];
    private readonly int _aggregates;
    private readonly Func<long, int, double>? _seed;
    private BusinessCell[] _cells;

    /// <summary>No groups.</summary>
    /// <param name="bits">How many bits a key takes.</param>
    /// <param name="aggregates">How many aggregates there are.</param>
    /// <param name="seed">What a group's sums of doubles have come to before, by key and aggregate; null for 0.</param>
    public BusinessGroups(int bits, int aggregates, Func<long, int, double>? seed)
    {
        _seed = seed;
        _table = bits <= TableBits ? new int[1 << bits] : null;
        _hashed = bits <= TableBits ? null : [];
        _aggregates = aggregates;
        _cells = new BusinessCell[64 * aggregates];
    }

    /// <summary>The keys of the groups, in the order in which they came.</summary>
    public IReadOnlyList<long> Keys => _keys;

    /// <summary>A group's cells.</summary>
    public ReadOnlySpan<BusinessCell> Cells(int group) => _cells.AsSpan(group * _aggregates, _aggregates);

    /// <summary>The cell of a key's group, which is made when it is new.</summary>
    public ref BusinessCell Cell(long key, int aggregate)
    {
        // First the group, which may be new and move the cells.
        var group = Group(key);
        return ref _cells[(group * _aggregates) + aggregate];
    }

    private int Group(long key)
    {
        if (_table is not null)
        {
            ref var entry = ref _table[key];
            entry = entry == 0 ? Add(key) : entry;
            return entry - 1;
        }

        if (!_hashed!.TryGetValue(key, out var known))
        {
            _hashed[key] = known = Add(key) - 1;
        }

        return known;
    }

    private int Add(long key)
    {
        _keys.Add(key);
        if (_keys.Count * _aggregates > _cells.Length)
        {
            Array.Resize(ref _cells, 2 * _cells.Length);
        }

        for (var i = 0; i < _aggregates && _seed is not null; i++)
        {
            _cells[((_keys.Count - 1) * _aggregates) + i].Number = _seed(key, i);
        }

        return _keys.Count;
    }
}

/// <summary>What an aggregate needs to know of a group.</summary>
internal struct BusinessCell
{
    /// <summary>Rows that count: with a value, where it takes values.</summary>
    public long Count;

    /// <summary>Their sum, or the one that is picked, when they are whole or scaled numbers.</summary>
    public Int128 Whole;

    /// <summary>Their sum, when it is of doubles.</summary>
    public double Number;

    /// <summary>Adds what whole numbers another one holds.</summary>
    public void Add(BusinessCell other)
    {
        Count += other.Count;
        Whole += other.Whole;
    }
}
