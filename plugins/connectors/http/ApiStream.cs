using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>A record, or why it could not be read.</summary>
/// <param name="Key">Its key, where it has one.</param>
/// <param name="Record">The record.</param>
/// <param name="Problem">What was found, what was expected and what to do.</param>
/// <param name="Field">The field at fault.</param>
/// <param name="CursorText">Its cursor value as the API wrote it.</param>
/// <param name="Cursor">The same, read.</param>
internal sealed record ReadRecord(string? Key, Record? Record, string? Problem = null, string? Field = null, string? CursorText = null, FieldValue Cursor = default);

/// <summary>A stream as it is declared, ready to read records.</summary>
internal sealed class ApiStream
{
    private const int LongestKey = 400;

    private readonly FieldReader[] _fields;
    private readonly int[] _key;
    private readonly JsonPointer? _deleted;

    private ApiStream(StreamOptions options, FieldReader[] fields, int[] key, int cursor)
    {
        (Options, _fields, _key, CursorPlace) = (options, fields, key, cursor);
        _deleted = options.Deleted is { } deleted ? new JsonPointer(deleted.At) : null;
        Records = new JsonPointer(options.Records);
        Names = new FieldNames(fields.Select(field => field.Name));
        Pager = Pager.Of(options.Paging ?? new PagingOptions("none"));
        Descriptor = new StreamDescriptor(options.Name, [.. fields.Select(field => field.Descriptor)], options.Key, options.Cursor is null ? [SyncMode.Full] : [SyncMode.Full, SyncMode.Incremental])
        {
            CursorField = options.Cursor?.Field,
            EmitsDeletes = options.Deleted is not null,
            StateVersion = Bookmark.Format,
        };
    }

    public StreamOptions Options { get; }

    public StreamDescriptor Descriptor { get; }

    public FieldNames Names { get; }

    public JsonPointer Records { get; }

    public Pager Pager { get; }

    /// <summary>Reads the cursor; null without one.</summary>
    public FieldReader? Cursor => CursorPlace < 0 ? null : _fields[CursorPlace];

    private int CursorPlace { get; }

    /// <summary>Makes it.</summary>
    /// <param name="options">The declaration.</param>
    /// <param name="path">Its place in the settings.</param>
    /// <exception cref="PluginException">Configuration: it does not agree with itself.</exception>
    public static ApiStream Of(StreamOptions options, string path)
    {
        var twice = options.Fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw Wrong($"The stream '{options.Name}' has the field '{twice.Key}' twice; give one of them another name.", "/fields");
        }

        var fields = options.Fields.Select(field => new FieldReader(field)).ToArray();
        var key = options.Key.Select((name, i) => Array.FindIndex(fields, field => field.Name == name) is >= 0 and var place && fields[place].Kind is not (FieldKind.Json or FieldKind.TextList)
            ? place
            : throw Wrong($"The key of '{options.Name}' names '{name}', which is no field of it with one value; it has {string.Join(", ", options.Fields.Select(field => field.Name))}.", $"/key/{i}")).ToArray();
        var cursor = -1;
        if (options.Cursor is { } given)
        {
            cursor = Array.FindIndex(fields, field => field.Name == given.Field);
            if (cursor < 0 || fields[cursor].Kind is FieldKind.Json or FieldKind.TextList or FieldKind.Boolean)
            {
                throw Wrong($"The cursor of '{options.Name}' names '{given.Field}', which is no field of it that has an order.", "/cursor/field");
            }

            if (given.Start is { } start && !fields[cursor].TryParse(start, out _))
            {
                throw Wrong($"The cursor of '{options.Name}' begins at '{start}', which is no value of its field.", "/cursor/start");
            }
        }

        return new ApiStream(options, fields, key, cursor);

        PluginException Wrong(string message, string below) => new(FailureKind.Configuration, message) { ConfigurationPath = path + below, Stream = options.Name };
    }

    /// <summary>Reads a record.</summary>
    public ReadRecord Read(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return new ReadRecord(null, null, $"A record is {item.ValueKind}; an object is needed. Check where the records are in the answer.");
        }

        var values = new FieldValue[_fields.Length];
        (string Problem, string Field)? wrong = null;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!_fields[i].TryRead(item, out values[i]))
            {
                wrong ??= ($"'{_fields[i].Name}' is not a value of type {_fields[i].Kind}, as it is declared. Correct the record, or declare another type.", _fields[i].Name);
            }
        }

        var key = KeyOf(values);
        if (key is null)
        {
            return new ReadRecord(null, null, $"The record has no key: {string.Join(", ", Options.Key)} must each have a value, of at most {LongestKey} characters together.", Options.Key[0]);
        }

        if (_deleted is not null && Options.Deleted!.Value == _deleted.Text(item))
        {
            return WithCursor(new ReadRecord(key, new Record(key, []) { Operation = RecordOperation.Delete }), item, values);
        }

        return wrong is { } fault
            ? new ReadRecord(key, null, $"The record {key}: {fault.Problem}", fault.Field)
            : WithCursor(new ReadRecord(key, new Record(key, values)), item, values);
    }

    /// <summary>Tells a record in one state from it in another and from others.</summary>
    public static string HashOf(ReadRecord read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(read.Key ?? ""));
        foreach (var value in read.Record?.Values ?? [])
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\0{(int)value.Kind}{value}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private ReadRecord WithCursor(ReadRecord read, JsonElement item, FieldValue[] values)
    {
        if (CursorPlace < 0)
        {
            return read;
        }

        return _fields[CursorPlace].Raw(item) is { } text && !values[CursorPlace].IsNull
            ? read with { CursorText = text, Cursor = values[CursorPlace] }
            : new ReadRecord(read.Key, null, $"The record {read.Key} has no value in '{Options.Cursor!.Field}', which later reads go by.", Options.Cursor.Field);
    }

    private string? KeyOf(FieldValue[] values)
    {
        var parts = new string[_key.Length];
        for (var i = 0; i < _key.Length; i++)
        {
            parts[i] = values[_key[i]].ToString();
            if (values[_key[i]].IsNull || parts[i].Length == 0)
            {
                return null;
            }
        }

        var key = parts.Length == 1 ? parts[0] : string.Join('|', parts.Select(part => part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal)));
        return key.Length <= LongestKey ? key : null;
    }
}
