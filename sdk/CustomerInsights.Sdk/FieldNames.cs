namespace CustomerInsights.Sdk;

/// <summary>
/// The column names of a batch: shared by all its records, so that a record is an array of values and not a dictionary.
/// Immutable, safe for any thread; make one per stream and reuse it.
/// </summary>
public sealed class FieldNames
{
    private readonly Dictionary<string, int> _positions;
    private readonly string[] _names;

    /// <summary>Makes the table.</summary>
    /// <param name="names">1 to 2,000 distinct names of 1 to 200 characters, compared by ordinal.</param>
    /// <exception cref="ArgumentException">A name is empty, too long or there twice, or there are none or too many.</exception>
    public FieldNames(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (_names.Length is 0 or > 2000)
        {
            throw new ArgumentException($"A batch has 1 to 2,000 fields, not {_names.Length}.", nameof(names));
        }

        _positions = new Dictionary<string, int>(_names.Length, StringComparer.Ordinal);
        for (var i = 0; i < _names.Length; i++)
        {
            if (string.IsNullOrEmpty(_names[i]) || _names[i].Length > 200)
            {
                throw new ArgumentException($"Field {i + 1}: a name has 1 to 200 characters.", nameof(names));
            }

            if (!_positions.TryAdd(_names[i], i))
            {
                throw new ArgumentException($"Field {i + 1}: the name '{_names[i]}' is there twice.", nameof(names));
            }
        }
    }

    /// <summary>How many fields there are, 1 to 2,000.</summary>
    public int Count => _names.Length;

    /// <summary>All names, in order.</summary>
    public IReadOnlyList<string> All => _names;

    /// <summary>The name at a position.</summary>
    /// <param name="position">0 to <see cref="Count"/> − 1.</param>
    /// <returns>The name.</returns>
    /// <exception cref="IndexOutOfRangeException">There is no such position.</exception>
    public string this[int position] => _names[position];

    /// <summary>The position of a name.</summary>
    /// <param name="name">The name, compared by ordinal.</param>
    /// <returns>0 to <see cref="Count"/> − 1, or −1 when there is none.</returns>
    public int IndexOf(string name) => _positions.TryGetValue(name, out var position) ? position : -1;

    /// <summary>Makes the table from names given one by one.</summary>
    /// <param name="names">As in the constructor.</param>
    /// <returns>The table.</returns>
    public static FieldNames Of(params string[] names) => new(names);
}
