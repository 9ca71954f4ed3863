namespace CustomerInsights.Core.Unification.Identities;

/// <summary>
/// The limited identifiers of each set of a union–find. A set of one is read from its item; larger ones own a hash set, and a union puts the smaller into
/// the larger.
/// </summary>
internal sealed class IdentifierBudget
{
    private readonly IdentifierPolicy[] _limited;
    private readonly Dictionary<int, long[]> _items = [];
    private readonly Dictionary<int, Held> _sets = [];
    private readonly Dictionary<Identifier, int> _numbers = [];

    public IdentifierBudget(IdentityRules rules) => _limited = [.. rules.Policy.Types.Where(type => type.Limit is not null)];

    /// <summary>Says what an item has; before the first union.</summary>
    public void Add(int item, IEnumerable<Identifier> identifiers)
    {
        long[] values = [.. identifiers.Select(Number).Where(number => number >= 0).Distinct()];
        if (values.Length > 0)
        {
            _items[item] = values;
        }
    }

    /// <summary>
    /// The limit that a union of sets would exceed, or null. What people joined may have more than the limit already; that is no reason to refuse a part
    /// that adds nothing to it.
    /// </summary>
    public LimitBreach? Breach(IReadOnlyCollection<int> roots)
    {
        var (all, counts, most) = (new HashSet<long>(), new int[_limited.Length], new int[_limited.Length]);
        foreach (var root in roots)
        {
            for (var type = 0; type < most.Length; type++)
            {
                most[type] = Math.Max(most[type], CountOf(root, type));
            }
        }

        foreach (var value in roots.SelectMany(Values))
        {
            var type = (int)(value >> 32);
            counts[type] += all.Add(value) ? 1 : 0;
        }

        for (var type = 0; type < counts.Length; type++)
        {
            if (counts[type] > _limited[type].Limit && counts[type] > most[type])
            {
                return new LimitBreach(_limited[type].Type, _limited[type].Limit!.Value, counts[type]);
            }
        }

        return null;
    }

    /// <summary>The same of two sets, without a copy of the larger.</summary>
    public LimitBreach? Breach(int a, int b)
    {
        var (small, large) = Count(a) <= Count(b) ? (a, b) : (b, a);
        if (Count(small) == 0)
        {
            return null;
        }

        var (added, own) = (new int[_limited.Length], new int[_limited.Length]);
        foreach (var value in Values(small))
        {
            var type = (int)(value >> 32);
            own[type]++;
            added[type] += Has(large, value) ? 0 : 1;
        }

        for (var type = 0; type < added.Length; type++)
        {
            var there = CountOf(large, type);
            if (added[type] > 0 && there + added[type] > _limited[type].Limit && there + added[type] > Math.Max(there, own[type]))
            {
                return new LimitBreach(_limited[type].Type, _limited[type].Limit!.Value, there + added[type]);
            }
        }

        return null;
    }

    /// <summary>One set became part of another.</summary>
    public void Move(int from, int to)
    {
        var moved = Take(from);
        if (moved is null)
        {
            return;
        }

        var there = Take(to);
        if (there is not null && there.Values.Count < moved.Values.Count)
        {
            (there, moved) = (moved, there);
        }

        if (there is null)
        {
            there = moved;
        }
        else
        {
            foreach (var value in moved.Values)
            {
                there.Add(value);
            }
        }

        _sets[to] = there;
    }

    private Held? Take(int root)
    {
        if (_sets.Remove(root, out var held))
        {
            return held;
        }

        if (!_items.TryGetValue(root, out var values))
        {
            return null;
        }

        held = new Held(_limited.Length);
        foreach (var value in values)
        {
            held.Add(value);
        }

        return held;
    }

    private IEnumerable<long> Values(int root) => _sets.TryGetValue(root, out var held) ? held.Values : _items.GetValueOrDefault(root) ?? [];

    private int Count(int root) => _sets.TryGetValue(root, out var held) ? held.Values.Count : _items.GetValueOrDefault(root)?.Length ?? 0;

    private int CountOf(int root, int type) =>
        _sets.TryGetValue(root, out var held) ? held.Counts[type] : _items.GetValueOrDefault(root)?.Count(value => (int)(value >> 32) == type) ?? 0;

    private bool Has(int root, long value) =>
        _sets.TryGetValue(root, out var held) ? held.Values.Contains(value) : _items.TryGetValue(root, out var values) && Array.IndexOf(values, value) >= 0;

    private long Number(Identifier identifier)
    {
        var type = Array.FindIndex(_limited, one => one.Type == identifier.Type);
        if (type < 0)
        {
            return -1;
        }

        if (!_numbers.TryGetValue(identifier, out var number))
        {
            _numbers.Add(identifier, number = _numbers.Count);
        }

        return ((long)type << 32) | (uint)number;
    }

    private sealed class Held(int types)
    {
        public HashSet<long> Values { get; } = [];

        public int[] Counts { get; } = new int[types];

        public void Add(long value) => Counts[(int)(value >> 32)] += Values.Add(value) ? 1 : 0;
    }
}
