using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>A statement and the values of its parameters.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Values">The values, as PostgreSQL writes them.</param>
internal sealed record Statement(string Text, IReadOnlyList<string> Values);

/// <summary>A table or view as a stream.</summary>
internal sealed class TableStream
{
    private const int LongestKey = 400;

    private readonly TableOptions _options;
    private readonly int[] _key;
    private readonly int _cursor;
    private readonly int _deleted;

    private TableStream(string name, TableOptions options, IReadOnlyList<Column> columns, int[] key, int cursor, int deleted)
    {
        (Name, _options, Columns, _key, _cursor, _deleted) = (name, options, columns, key, cursor, deleted);
        Names = new FieldNames(columns.Select(column => column.Name));
        Descriptor = new StreamDescriptor(
            name,
            [.. columns.Select(column => new FieldDescriptor(column.Name, column.Kind) { Description = column.Type.Length <= 100 ? column.Type : null })],
            [.. key.Select(place => columns[place].Name)],
            cursor < 0 ? [SyncMode.Full] : [SyncMode.Full, SyncMode.Incremental])
        {
            CursorField = options.Cursor,
            EmitsDeletes = deleted >= 0,
            StateVersion = Bookmark.Format,
        };
    }

    public string Name { get; }

    public StreamDescriptor Descriptor { get; }

    public FieldNames Names { get; }

    public IReadOnlyList<Column> Columns { get; }

    /// <summary>How many columns make the key.</summary>
    public int KeyCount => _key.Length;

    public bool HasCursor => _cursor >= 0;

    /// <summary>Makes it.</summary>
    /// <exception cref="PluginException">Configuration: a column that is named is not there, or not of use.</exception>
    public static TableStream Of(string name, TableOptions options, IReadOnlyList<Column> all, IReadOnlyList<string> primaryKey, string path, List<string> warnings)
    {
        var left = all.Where(column => column.IsLeftOut && options.Columns?.Contains(column.Name) != false).Select(column => column.Name).ToList();
        if (left.Count > 0)
        {
            warnings.Add($"{name}: columns of bytes are left out: {string.Join(", ", left.Take(5))}.");
        }

        var key = options.Key ?? primaryKey;
        if (key.Count == 0)
        {
            throw Wrong($"'{name}' has no primary key. Name columns that tell a row from others in 'key'.", "/table");
        }

        var wanted = options.Columns is { } some ? [.. some, .. key, options.Cursor, options.DeletedColumn] : all.Select(column => column.Name).ToHashSet<string?>(StringComparer.Ordinal);
        var columns = all.Where(column => !column.IsLeftOut && wanted.Contains(column.Name)).ToList();
        foreach (var (i, column) in (options.Columns ?? []).Index())
        {
            _ = PlaceOf(column, $"/columns/{i}");
        }

        var places = key.Select((column, i) => PlaceOf(column, options.Key is null ? "/table" : $"/key/{i}", ordered: true)).ToArray();
        var cursor = options.Cursor is { } named ? PlaceOf(named, "/cursor", ordered: true) : -1;
        var deleted = options.DeletedColumn is { } mark ? PlaceOf(mark, "/deletedColumn") : -1;
        return new TableStream(name, options, columns, places, cursor, deleted);

        int PlaceOf(string column, string below, bool ordered = false) => columns.FindIndex(one => one.Name == column) switch
        {
            < 0 => throw Wrong($"'{name}' has no column '{column}' that can be read. It has {string.Join(", ", all.Select(one => one.Name).Take(20))}.", below),
            var place when ordered && !columns[place].HasOrder => throw Wrong($"The column '{column}' of '{name}' is of type {columns[place].Type}, which has no order. Choose another one.", below),
            var place => place,
        };

        PluginException Wrong(string message, string below) => new(FailureKind.Configuration, message.Length > 900 ? message[..900] : message) { ConfigurationPath = path + below, Stream = name };
    }

    /// <summary>A page of the whole, in the order of the key.</summary>
    /// <param name="after">The key to go on behind; null for the beginning.</param>
    /// <param name="rows">Most rows.</param>
    public Statement Whole(IReadOnlyList<string>? after, int rows)
    {
        var where = after is null ? "" : $" WHERE ({Listed(_key)}) > ({Parameters(_key, 1)})";
        return new Statement($"SELECT {Selected} FROM {From}{where} ORDER BY {Listed(_key)} LIMIT {rows.ToString(CultureInfo.InvariantCulture)}", after ?? []);
    }

    /// <summary>A page of what changed, in the order of cursor and key.</summary>
    /// <param name="since">The cursor's value to begin at.</param>
    /// <param name="after">Cursor and key to go on behind; null for the beginning.</param>
    /// <param name="rows">Most rows.</param>
    public Statement Changed(string since, IReadOnlyList<string>? after, int rows)
    {
        int[] order = [_cursor, .. _key];
        var cursor = Columns[_cursor];
        var back = cursor.IsTime && _options.LookbackSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $" - interval '{_options.LookbackSeconds} seconds'") : "";
        var where = after is null
            ? $"{cursor.Sql} >= {cursor.Parameter(1)}{back}"
            : $"({Listed(order)}) > ({Parameters(order, 1)})";
        return new Statement($"SELECT {Selected} FROM {From} WHERE {where} ORDER BY {Listed(order)} LIMIT {rows.ToString(CultureInfo.InvariantCulture)}", after ?? [since]);
    }

    /// <summary>The highest value of the cursor that is one; infinity is none.</summary>
    public Statement Highest()
    {
        var cursor = Columns[_cursor];
        var finite = cursor.Kind is FieldKind.Date or FieldKind.Time ? $" AND pg_catalog.isfinite({cursor.Sql})" : "";
        return new Statement($"SELECT {cursor.Sql}::text FROM {From} WHERE {cursor.Sql} IS NOT NULL{finite} ORDER BY {cursor.Sql} DESC LIMIT 1", []);
    }

    /// <summary>Whether the values of a bookmark are of the columns' types, as far as can be told without the server.</summary>
    public bool CanBegin(Bookmark bookmark)
    {
        int[] order = bookmark.Since is null ? _key : [_cursor, .. _key];
        return Fits(_cursor, bookmark.Since) && Fits(_cursor, bookmark.High) && (bookmark.After?.Select((value, i) => Fits(order[i], value)).All(fits => fits) ?? true);

        bool Fits(int place, string? value) => value is null || (place >= 0 && Columns[place].TryRead(value, out _));
    }

    /// <summary>The key's values in a row; null when one is missing.</summary>
    public IReadOnlyList<string>? KeyOf(string?[] row)
    {
        var values = new string[_key.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (row[_key[i]] is not { } value)
            {
                return null;
            }

            values[i] = value;
        }

        return values;
    }

    /// <summary>The cursor's value in a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isValue">Whether it is one to begin at; infinity is none.</param>
    public string? CursorOf(string?[] row, out bool isValue)
    {
        isValue = _cursor >= 0 && row[_cursor] is not null && Columns[_cursor].TryRead(row[_cursor], out _);
        return _cursor < 0 ? null : row[_cursor];
    }

    /// <summary>Makes a record of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="rejected">Why there is none.</param>
    public Record? Read(string?[] row, out RejectedRecord? rejected)
    {
        rejected = null;
        var location = $"{_options.Schema}.{_options.Table}";
        if (KeyOf(row) is not { } parts || Joined(parts) is not { Length: > 0 and <= LongestKey } key)
        {
            rejected = new RejectedRecord(Name, $"The row's key ({string.Join(", ", Descriptor.PrimaryKey)}) is NULL, empty or longer than {LongestKey} characters. Choose columns that tell rows apart.") { Location = location };
            return null;
        }

        if (_deleted >= 0 && row[_deleted] is { } mark && mark is not ("false" or "0"))
        {
            return new Record(key, []) { Operation = RecordOperation.Delete, Location = location };
        }

        var values = new FieldValue[Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (!Columns[i].TryRead(row[i], out values[i]))
            {
                rejected = new RejectedRecord(Name, $"The row {key}: '{Columns[i].Name}' ({Columns[i].Type}) holds what {Columns[i].Kind} cannot: infinity, NaN, more than 28 digits, or more than 1,048,576 characters. Correct it, or leave the column out.") { Key = key, Field = Columns[i].Name, Location = location };
                return null;
            }
        }

        return new Record(key, values) { Location = location };
    }

    private string Selected => string.Join(", ", Columns.Select(column => column.Read));

    private string From => $"{Sql.Name(_options.Schema, _options.Table)} AS t";

    private static string Joined(IReadOnlyList<string> parts) =>
        parts.Count == 1 ? parts[0] : string.Join('|', parts.Select(part => part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)));

    private string Listed(int[] places) => string.Join(", ", places.Select(place => Columns[place].Sql));

    private string Parameters(int[] places, int first) => string.Join(", ", places.Select((place, i) => Columns[place].Parameter(first + i)));
}
