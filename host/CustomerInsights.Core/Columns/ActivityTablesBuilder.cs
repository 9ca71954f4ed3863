using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>
/// Makes the activities of a part of activities that come in any order: encodes each as it comes, which leaves nothing of its document, and puts the columns in order at the end.
/// For one thread at a time.
/// </summary>
public sealed class ActivityTablesBuilder
{
    private readonly int _profiles;
    private readonly int _capacity;
    private readonly string[] _names;
    private readonly Table?[] _tables;
    private readonly IReadOnlyDictionary<string, DataType>[] _fields;

    /// <summary>For the activities of a part.</summary>
    /// <param name="types">The fields by activity type.</param>
    /// <param name="profiles">How many profiles the part has.</param>
    /// <param name="expected">How many activities will come, about: little has to grow then.</param>
    public ActivityTablesBuilder(IReadOnlyDictionary<string, IReadOnlyDictionary<string, DataType>> types, int profiles, int expected = 0)
    {
        ArgumentNullException.ThrowIfNull(types);

        // A type takes its share when its first activity comes; memory that nothing is written to costs next to nothing.
        _capacity = expected / Math.Max(1, types.Count);
        (_profiles, _names, _fields) = (profiles, [.. types.Keys], [.. types.Values]);
        _tables = new Table?[_names.Length];
    }

    /// <summary>Adds an activity.</summary>
    /// <param name="profile">The row of its profile.</param>
    /// <param name="type">The place of its type among the builder's types.</param>
    /// <param name="id">Its id, as ASCII.</param>
    /// <param name="ticks">When, in UTC ticks.</param>
    /// <param name="document">A value document.</param>
    /// <exception cref="FormatException">The document is none.</exception>
    public void Add(int profile, int type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) =>
        (_tables[type] ??= new Table(_fields[type], _capacity)).Add(profile, id, ticks, document);

    /// <summary>The tables of those types that have activities, by type. The builder is used up.</summary>
    public IReadOnlyDictionary<string, ActivityTable> Build()
    {
        var built = new Dictionary<string, ActivityTable>(StringComparer.Ordinal);
        for (var type = 0; type < _tables.Length; type++)
        {
            if (_tables[type] is { } table)
            {
                built.Add(_names[type], table.Build(_names[type], _profiles));
                _tables[type] = null;
            }
        }

        return built;
    }

    private sealed class Table(IReadOnlyDictionary<string, DataType> fields, int capacity)
    {
        private readonly List<int> _profiles = new(capacity);
        private readonly WholeWriter _at = new(DataType.Time, capacity);
        private readonly TextWriter _ids = new(plain: true, capacity);
        private readonly DocumentColumns _fields = new(fields, capacity);

        public void Add(int profile, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document)
        {
            _fields.Add(document, default);
            _profiles.Add(profile);
            _at.AddWhole(ticks);
            _ids.AddUtf8(id);
        }

        public ActivityTable Build(string type, int profiles)
        {
            var (starts, order) = ByProfile(CollectionsMarshal.AsSpan(_profiles), profiles);
            for (var profile = 0; profile < profiles; profile++)
            {
                ByTime(order.AsSpan(starts[profile], starts[profile + 1] - starts[profile]));
            }

            _at.Arrange(order);
            _ids.Arrange(order);
            return new ActivityTable(type, Sections.Of<int>(starts), (ScaledColumn)_at.Build(), _ids.Build(), _fields.Build(order));
        }

        // Counts, then places: as they came within each profile.
        private static (int[] Starts, int[] Order) ByProfile(ReadOnlySpan<int> rows, int profiles)
        {
            var starts = new int[profiles + 1];
            foreach (var profile in rows)
            {
                starts[profile + 1]++;
            }

            for (var profile = 0; profile < profiles; profile++)
            {
                starts[profile + 1] += starts[profile];
            }

            var next = starts.AsSpan(0, profiles).ToArray();
            var order = new int[rows.Length];
            for (var row = 0; row < rows.Length; row++)
            {
                order[next[rows[row]]++] = row;
            }

            return (starts, order);
        }

        // Mostly they came in the order of time.
        private void ByTime(Span<int> rows)
        {
            for (var i = 1; i < rows.Length; i++)
            {
                if (Compare(rows[i - 1], rows[i]) > 0)
                {
                    rows.Sort(Compare);
                    return;
                }
            }
        }

        private int Compare(int a, int b) => _at.At(a).CompareTo(_at.At(b)) is not 0 and var order ? order : _ids.PlainAt(a).SequenceCompareTo(_ids.PlainAt(b));
    }
}
