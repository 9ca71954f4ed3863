using System.Globalization;
using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Makes a part of profiles added in the order of their numbers. For one thread.</summary>
/// <param name="schema">Which columns to make.</param>
/// <param name="capacity">How many profiles will come, when that is known: nothing has to grow then.</param>
public sealed class ColumnPartBuilder(ColumnSchema schema, int capacity = 0)
{
    private readonly List<long> _numbers = new(capacity);
    private readonly List<byte> _ids = new(16 * capacity);
    private readonly DocumentColumns _attributes = new(schema.Attributes, capacity);
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
        Begin(number, id);
        _attributes.Add(attribute);
        foreach (var group in activities.GroupBy(activity => activity.Type, StringComparer.Ordinal))
        {
            if (_activities.TryGetValue(group.Key, out var table))
            {
                table.Add(group.OrderBy(activity => activity.At).ThenBy(activity => activity.Id, StringComparer.Ordinal));
            }
        }
    }

    /// <summary>Adds a profile from its documents; its activities follow by <see cref="AddActivity"/>.</summary>
    /// <param name="number">Its number, higher than the one before.</param>
    /// <param name="id">Its id.</param>
    /// <param name="attributes">A value document.</param>
    /// <param name="measures">A value document whose values come before the attributes' of the same name; empty for none.</param>
    /// <exception cref="FormatException">A document is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is not higher.</exception>
    /// <exception cref="InvalidOperationException">The part is full: <see cref="ColumnPart.MaxRows"/>.</exception>
    public void Add(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures)
    {
        Begin(number, id);
        _attributes.Add(attributes, measures);
    }

    /// <summary>Adds an activity of the profile added last; in the order of time, then of ids. Of a type that the schema does not name it is not kept.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its id, as ASCII.</param>
    /// <param name="ticks">When, in UTC ticks.</param>
    /// <param name="document">A value document.</param>
    /// <exception cref="FormatException">The document is none.</exception>
    public void AddActivity(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document)
    {
        if (_activities.TryGetValue(type, out var table))
        {
            table.Add(id, ticks, document);
        }
    }

    /// <summary>Adds a row of another part, with its activities.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its number is not higher than the one before.</exception>
    /// <exception cref="InvalidOperationException">The part is full: <see cref="ColumnPart.MaxRows"/>.</exception>
    public void Add(ColumnPart part, int row)
    {
        ArgumentNullException.ThrowIfNull(part);
        Begin(part.Numbers[row], part.IdAt(row));
        _attributes.Add(part.Attributes, row);
        foreach (var (type, table) in part.Activities)
        {
            if (_activities.TryGetValue(type, out var writer))
            {
                writer.Add(table, row);
            }
        }
    }

    /// <summary>The part. The builder is used up.</summary>
    public ColumnPart Build() => new(
        _numbers.Count,
        Sections.Of<long>(CollectionsMarshal.AsSpan(_numbers)),
        _ids.ToArray(),
        _attributes.Build(),
        _activities.Where(pair => pair.Value.Rows > 0).ToDictionary(pair => pair.Key, pair => pair.Value.Build(pair.Key, Rows), StringComparer.Ordinal));

    private void Begin(long number, ProfileId id)
    {
        if (_numbers.Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(number, _numbers[^1]);
        }

        if (_numbers.Count == ColumnPart.MaxRows)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The part is full: it has {ColumnPart.MaxRows} rows."));
        }

        foreach (var table in _activities.Values)
        {
            table.BeginProfile(_numbers.Count);
        }

        _numbers.Add(number);
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        _ids.AddRange(bytes);
    }

    private sealed class TableWriter(IReadOnlyDictionary<string, DataType> fields)
    {
        private readonly List<int> _starts = [];
        private readonly WholeWriter _at = new(DataType.Time);
        private readonly TextWriter _ids = new(plain: true);
        private readonly DocumentColumns _fields = new(fields);

        public int Rows => _at.Rows;

        public void BeginProfile(int row)
        {
            if (_starts.Count == row)
            {
                _starts.Add(_at.Rows);
            }
        }

        public void Add(IEnumerable<ColumnActivity> activities)
        {
            foreach (var activity in activities)
            {
                _at.Add(Value.Of(activity.At));
                _ids.Add(Value.Of(activity.Id));
                _fields.Add(activity.Field);
            }
        }

        public void Add(ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document)
        {
            _fields.Add(document, default);
            _at.AddWhole(ticks);
            _ids.AddUtf8(id);
        }

        public void Add(ActivityTable table, int profile)
        {
            var starts = table.Starts;
            for (var row = starts[profile]; row < starts[profile + 1]; row++)
            {
                _at.AddWhole(table.At.ScaledAt(row));
                _ids.Add(table.Ids, row);
                _fields.Add(table.Fields, row);
            }
        }

        public ActivityTable Build(string type, int profiles)
        {
            BeginProfile(profiles);
            return new ActivityTable(type, Sections.Of<int>(CollectionsMarshal.AsSpan(_starts)), (ScaledColumn)_at.Build(), _ids.Build(), _fields.Build());
        }
    }
}
