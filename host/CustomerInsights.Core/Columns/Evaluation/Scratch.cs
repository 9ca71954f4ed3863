namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Arrays that one thread borrows while it works on a block, so that a run does not allocate by block. As many as the rule is deep.</summary>
internal sealed class Scratch
{
    private readonly Dictionary<Type, object> _free = [];

    /// <summary>Set when a number did not fit: the block is then done again, profile by profile.</summary>
    public bool Failed { get; set; }

    /// <summary>The groups of a business measure that this thread has found.</summary>
    public BusinessGroups? Groups { get; set; }

    /// <summary>Borrows an array of at least this length, with anything in it. Give it back.</summary>
    public T[] Borrow<T>(int length)
        where T : unmanaged
    {
        var free = Free<T>();
        return free.TryPop(out var array) && array.Length >= length ? array : new T[Math.Max(64, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length))];
    }

    public void Return<T>(T[] array)
        where T : unmanaged => Free<T>().Push(array);

    private Stack<T[]> Free<T>()
    {
        if (!_free.TryGetValue(typeof(T), out var free))
        {
            _free[typeof(T)] = free = new Stack<T[]>();
        }

        return (Stack<T[]>)free;
    }
}
