using System.Collections;
using System.Runtime.CompilerServices;

namespace CustomerInsights.Core.Rules;

/// <summary>An unchanging list that equals another by its items, so that the records which hold it compare as trees.</summary>
[CollectionBuilder(typeof(NodeList), nameof(NodeList.Create))]
public sealed class NodeList<T> : IReadOnlyList<T>, IEquatable<NodeList<T>>
    where T : notnull
{
    private readonly T[] _items;

    internal NodeList(T[] items) => _items = items;

    /// <inheritdoc />
    public int Count => _items.Length;

    /// <inheritdoc />
    public T this[int index] => _items[index];

    /// <inheritdoc />
    public bool Equals(NodeList<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as NodeList<T>);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc />
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes <see cref="NodeList{T}"/> from a collection expression.</summary>
public static class NodeList
{
    /// <summary>Copies the items.</summary>
    public static NodeList<T> Create<T>(ReadOnlySpan<T> items)
        where T : notnull => new(items.ToArray());

    internal static int Deepest(NodeList<Expression> nodes)
    {
        int deepest = 0;
        foreach (var node in nodes)
        {
            deepest = Math.Max(deepest, node.Depth);
        }

        return deepest;
    }
}
