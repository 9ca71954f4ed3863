namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Compares the values of one field. The result is a level: 0 where one of them is missing, 1 where they differ, then ever more alike, and at
/// the top equal, in four steps from a value that many share to one that few do: agreement on a rare name says more.
/// </summary>
internal abstract class FieldComparison
{
    internal const int Missing = 0;
    internal const int Different = 1;
    internal const int Steps = 4;
    private const double OneDiffers = 0.1;

    // Shares of the bits that a value shared by two records has.
    private static readonly double[] s_steps = [0.35, 0.55, 0.8];
    private readonly double _most;
    private byte[] _equal;
    private ulong[] _features;
    private int _known = 1;
    private int _marked;

    /// <param name="column">The field.</param>
    /// <param name="partial">The names of the levels between different and equal, least alike first.</param>
    protected FieldComparison(MatchColumn column, params string[] partial)
    {
        Column = column;
        Levels = ["missing", "different", .. partial, "equal, very common", "equal, common", "equal, rare", "equal, very rare"];
        _equal = new byte[column.ValueCount];
        _features = new ulong[column.ValueCount];
        _most = Math.Log2(Math.Max(2, column.Filled) / 2.0);
    }

    internal MatchColumn Column { get; }

    /// <summary>The levels' names, lowest first.</summary>
    internal IReadOnlyList<string> Levels { get; }

    /// <summary>The words of the values, where the comparison looks at words; else null.</summary>
    internal virtual WordLists? InWords => null;

    /// <summary>The level of a name that stands in the other name's place.</summary>
    internal virtual int Swapped => 4;

    internal int FirstEqual => Levels.Count - Steps;

    /// <summary>What of each value is looked at first, by number: a comparison that ends there touches no other memory.</summary>
    internal ulong[] Features => _features;

    /// <summary>Takes in the values that the column has got since the last time. What is frequent was settled when the comparison was made.</summary>
    internal void Learn()
    {
        if (_equal.Length < Column.ValueCount)
        {
            Array.Resize(ref _equal, Column.Values.Length);
            Array.Resize(ref _features, Column.Values.Length);
        }

        for (; _known < Column.ValueCount; _known++)
        {
            Learn(_known);
            _equal[_known] = (byte)(FirstEqual + (Column.Facts?.StepOf(Text(_known)) ?? s_steps.Count(step => Share(_known) > step)));
            _features[_known] = Feature(_known);
        }
    }

    /// <summary>The level of two values.</summary>
    internal int Level(int a, int b, Scratch scratch) => Level(a, b, Features[a], Features[b], scratch);

    /// <summary>The level of two values.</summary>
    /// <param name="a">One value's number.</param>
    /// <param name="b">The other's.</param>
    /// <param name="left">The feature of the one.</param>
    /// <param name="right">The feature of the other.</param>
    /// <param name="scratch">The thread's own.</param>
    internal int Level(int a, int b, ulong left, ulong right, Scratch scratch) =>
        a == 0 || b == 0 ? Missing
        : a == b ? _equal[a]
        : Different + Partial(a, b, left, right, scratch);

    /// <summary>How alike two different values are: 0 for not at all, else the number of the partial level.</summary>
    protected abstract int Partial(int a, int b, ulong left, ulong right, Scratch scratch);

    /// <summary>Remembers which values there are, for <see cref="Forget"/>.</summary>
    internal virtual void Mark() => _marked = Column.ValueCount;

    /// <summary>Forgets the values that came since <see cref="Mark"/>; no record has one of them.</summary>
    internal virtual void Forget()
    {
        Column.Forget(_marked);
        _known = Math.Min(_known, _marked);
    }

    /// <summary>What is usual among records of one person, before anything is learnt: a share for each level, 0.9 of them alike or equal.</summary>
    internal double[] Usual()
    {
        var usual = new double[Levels.Count];
        usual[Different] = OneDiffers;
        var partial = FirstEqual - Different - 1;
        var repeated = partial == 0 ? 1 - OneDiffers : Repeated;
        for (var level = Different + 1; level < FirstEqual; level++)
        {
            usual[level] = (1 - OneDiffers - repeated) * Part(level - Different, partial);
        }

        usual.AsSpan(FirstEqual).Fill(repeated / Steps);
        return usual;
    }

    /// <summary>The share of one person's records that have the very same value, where values may also be alike.</summary>
    internal virtual double Repeated => 0.75;

    /// <summary>The part of what is alike that a partial level has, from 1 to <paramref name="partial"/>; all parts make 1.</summary>
    internal virtual double Part(int level, int partial) => 1.0 / partial;

    /// <summary>Takes in one value: whatever the comparison keeps of each.</summary>
    protected virtual void Learn(int id)
    {
    }

    protected virtual ulong Feature(int id) => 0;

    // The part of the bits of a value that two records share which this one has.
    private double Share(int id)
    {
        var count = id < Column.Counts.Length ? Column.Counts[id] : 0;
        return _most <= 0 || count == 0 ? 1 : Math.Log2((double)Column.Filled / count) / _most;
    }

    protected string Text(int id) => Column.Values[id];
}

/// <summary>Something for each value of a field, by number; grows as values come.</summary>
internal sealed class PerValue<T>
{
    private T[] _items = new T[16];

    internal T this[int id]
    {
        get => _items[id];
        set
        {
            if (id >= _items.Length)
            {
                Array.Resize(ref _items, 2 * id);
            }

            _items[id] = value;
        }
    }
}

/// <summary>What a thread needs of its own while it compares.</summary>
internal sealed class Scratch
{
    internal JaroWinkler Jaro { get; } = new();
}
