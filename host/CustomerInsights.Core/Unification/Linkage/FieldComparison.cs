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

    // Shares of the bits that a value shared by two records has.
    private static readonly double[] s_steps = [0.35, 0.55, 0.8];
    private readonly byte[] _equal;
    private ulong[]? _features;

    /// <param name="column">The field.</param>
    /// <param name="partial">The names of the levels between different and equal, least alike first.</param>
    protected FieldComparison(MatchColumn column, params string[] partial)
    {
        Column = column;
        Levels = ["missing", "different", .. partial, "equal, very common", "equal, common", "equal, rare", "equal, very rare"];
        var first = Levels.Count - Steps;
        _equal = new byte[column.Counts.Length];
        var most = Math.Log2(Math.Max(2, column.Filled) / 2.0);
        for (var id = 1; id < _equal.Length; id++)
        {
            var share = most <= 0 || column.Counts[id] == 0 ? 1 : Math.Log2((double)column.Filled / column.Counts[id]) / most;
            _equal[id] = (byte)(first + s_steps.Count(step => share > step));
        }
    }

    internal MatchColumn Column { get; }

    /// <summary>The levels' names, lowest first.</summary>
    internal IReadOnlyList<string> Levels { get; }

    internal int FirstEqual => Levels.Count - Steps;

    /// <summary>What of each value is looked at first, by number: a comparison that ends there touches no other memory.</summary>
    internal ulong[] Features => _features ??= [.. Column.Values.Select((_, id) => id == 0 ? 0 : Feature(id))];

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

    protected virtual ulong Feature(int id) => 0;

    protected string Text(int id) => Column.Values[id];
}

/// <summary>What a thread needs of its own while it compares.</summary>
internal sealed class Scratch
{
    internal JaroWinkler Jaro { get; } = new();
}
