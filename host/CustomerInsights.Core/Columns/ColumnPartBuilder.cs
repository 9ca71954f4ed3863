using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Makes a part of profiles added in the order of their numbers. For one thread.</summary>
/// <param name="schema">Which columns to make.</param>
public sealed class ColumnPartBuilder(ColumnSchema schema)
{
    private readonly List<long> _numbers = [];
    private readonly List<byte> _ids = [];
    private readonly Dictionary<string, ColumnWriter> _attributes = schema.Attributes.ToDictionary(pair => pair.Key, pair => ColumnWriter.For(pair.Value), StringComparer.Ordinal);
    private readonly Dictionary<string, TableWriter> _activities = schema.Activities.ToDictionary(pair => pair.Key, pair => new TableWriter(pair.Value), StringComparer.Ordinal);

    /// <summary>Profiles so far.</summary>
    public int Rows => _numbers.Count;

    /// <summary>Adds a profile.</summary>
    /// <param name="number">Its number, higher than the one before.</param>
    /// <param name="id">Its id.</param>
    /// <param name="attribute">Gives an attribute's value, or missing.</param>
    /// <param name="activities">Its activities, in any order; of types that the schema does not name none is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not higher.</exception>
    /// <exception cref="InvalidOperationException">The part is full: <see cref="ColumnPart.MaxRows"/>.</exception>
    public void Add(long number, ProfileId id, Func<string, Value> attribute, IEnumerable<ColumnActivity> activities)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(activities);
        if (_numbers.Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(number, _numbers[^1]);
        }

        if (_numbers.Count == ColumnPart.MaxRows)
        {
            throw new InvalidOperationException("The part is full.");
        }

        _numbers.Add(number);
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        _ids.AddRange(bytes);
        foreach (var (name, writer) in _attributes)
        {
            writer.Add(attribute(name));
        }

        foreach (var group in activities.GroupBy(activity => activity.Type, StringComparer.Ordinal))
        {
            if (_activities.TryGetValue(group.Key, out var table))
            {
                table.Add(group.OrderBy(activity => activity.At).ThenBy(activity => activity.Id, StringComparer.Ordinal));
            }
        }

        foreach (var table in _activities.Values)
        {
            table.EndProfile();
        }
    }

    /// <summary>The part. The builder is used up.</summary>
    public ColumnPart Build() => new(
        _numbers.Count,
        Sections.Of<long>(_numbers.ToArray()),
        _ids.ToArray(),
        _attributes.Where(pair => pair.Value.Count > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Build(), StringComparer.Ordinal),
        _activities.Where(pair => pair.Value.Rows > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Build(pair.Key), StringComparer.Ordinal));

    private sealed class TableWriter(IReadOnlyDictionary<string, DataType> fields)
    {
        private readonly List<int> _starts = [0];
        private readonly ColumnWriter _at = ColumnWriter.For(DataType.Time);
        private readonly ColumnWriter _ids = ColumnWriter.For(DataType.Text);
        private readonly Dictionary<string, ColumnWriter> _fields = fields.ToDictionary(pair => pair.Key, pair => ColumnWriter.For(pair.Value), StringComparer.Ordinal);

        public int Rows => _at.Rows;

        public void Add(IEnumerable<ColumnActivity> activities)
        {
            foreach (var activity in activities)
            {
                _at.Add(Value.Of(activity.At));
                _ids.Add(Value.Of(activity.Id));
                foreach (var (name, writer) in _fields)
                {
                    writer.Add(activity.Field(name));
                }
            }
        }

        public void EndProfile() => _starts.Add(_at.Rows);

        public ActivityTable Build(string type) => new(
            type,
            Sections.Of<int>(_starts.ToArray()),
            (ScaledColumn)_at.Build(),
            _ids.Build(),
            _fields.Where(pair => pair.Value.Count > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Build(), StringComparer.Ordinal));
    }
}
