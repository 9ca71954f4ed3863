using System.Text;
using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>What came of a record.</summary>
internal enum JsonRecordResult
{
    Read,

    /// <summary>It has a field that is not known yet; read it again when the fields may change.</summary>
    NewField,

    Bad,
}

/// <summary>Turns one record's JSON into values.</summary>
internal sealed class JsonRecordReader(JsonStreamSettings settings, JsonSchema schema)
{
    private FieldValue[] _values = [];
    private bool _mayExtend;
    private bool _newField;

    /// <summary>What is wrong with a bad record: found, expected, fix.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The field at fault.</summary>
    public string? ProblemField { get; private set; }

    /// <summary>Reads a record.</summary>
    /// <param name="record">Its JSON.</param>
    /// <param name="mayExtend">Whether new fields may be added.</param>
    /// <param name="values">One value per field of the schema.</param>
    public JsonRecordResult TryRead(ReadOnlySpan<byte> record, bool mayExtend, out FieldValue[] values)
    {
        values = _values = new FieldValue[schema.Fields.Count];
        _mayExtend = mayExtend;
        _newField = false;
        ProblemField = null;
        try
        {
            var reader = new Utf8JsonReader(record, isFinalBlock: true, default);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Problem = $"a record is an object, and this is {Kind(reader.TokenType)}. Correct the 'recordPath', or take the value out";
                return JsonRecordResult.Bad;
            }

            var good = ReadObject(ref reader, schema.Root);
            if (_newField)
            {
                return JsonRecordResult.NewField;
            }

            if (good && reader.Read())
            {
                Problem = "something follows the object. Put each record on a line of its own";
                return JsonRecordResult.Bad;
            }

            values = _values;
            return good ? JsonRecordResult.Read : JsonRecordResult.Bad;
        }
        catch (JsonException error)
        {
            Problem = $"this is not JSON: {error.Message.Split(" LineNumber", 2)[0].TrimEnd('.')} (byte {(error.BytePositionInLine ?? 0) + 1}). Correct it, or write the file again";
        }
        catch (InvalidOperationException)
        {
            // The reader's word for bytes that are no UTF-8, or half a surrogate pair.
            Problem = "a text is not valid Unicode. Save the file as UTF-8, or set the 'encoding'";
        }

        return JsonRecordResult.Bad;
    }

    private bool ReadObject(ref Utf8JsonReader reader, JsonNode node)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Child(ref reader);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && child.Level <= settings.Options.Depth)
            {
                if (!ReadObject(ref reader, child))
                {
                    return false;
                }
            }
            else if (!ReadField(ref reader, child))
            {
                return false;
            }
        }

        return true;
    }

    private bool ReadField(ref Utf8JsonReader reader, JsonNode node)
    {
        if (node.Field is not { } field)
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                return true; // A name without a value makes no field.
            }

            if (!_mayExtend && schema.Find(node.Path) is null)
            {
                _newField = true;
                return false;
            }

            field = schema.Extend(node, TypeOf(reader));
            if (_values.Length < schema.Fields.Count)
            {
                Array.Resize(ref _values, schema.Fields.Count);
            }
        }

        ref var value = ref _values[field.Index];
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                value = FieldValue.Null;
                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return ReadNested(ref reader, field, ref value);
        }

        var kind = field.Types[0].Kind;
        var isText = reader.TokenType == JsonTokenType.String;
        var text = isText ? JsonText.Bytes(ref reader) : reader.ValueSpan;
        if (kind == FieldKind.Json)
        {
            value = FieldValue.Json(isText ? Encoding.UTF8.GetBytes(Quoted(text)) : text.ToArray());
            return true;
        }

        if (isText && (text.Length == 0 || IsNullValue(text)))
        {
            value = FieldValue.Null;
            return true;
        }

        if (kind == FieldKind.TextList)
        {
            value = FieldValue.List([Encoding.UTF8.GetString(text)]);
            return true;
        }

        return ReadPlain(text, isText, field, ref value);
    }

    private bool ReadPlain(ReadOnlySpan<byte> text, bool isText, JsonField field, ref FieldValue value)
    {
        if (field.Types[0].Kind == FieldKind.Text)
        {
            if (!System.Text.Unicode.Utf8.IsValid(text))
            {
                Problem = "a text is not valid UTF-8. Save the file as UTF-8, or set the 'encoding'";
                ProblemField = field.Name;
                return false;
            }

            value = field.Cache.Get(text);
            return true;
        }

        foreach (var type in field.Types)
        {
            if (CellReader.TryRead(text.Trim((byte)' '), type, out value))
            {
                return true;
            }
        }

        var shown = Encoding.UTF8.GetString(text[..Math.Min(60, text.Length)]);
        Problem = $"field '{field.Name}': {(isText ? $"'{shown}'" : shown)} is not {string.Join(" or ", field.Types.Select(type => type.Expected).Distinct(StringComparer.Ordinal))}. Correct the value, or set the field's 'type' in the connection";
        ProblemField = field.Name;
        return false;
    }

    private bool ReadNested(ref Utf8JsonReader reader, JsonField field, ref FieldValue value)
    {
        var kind = field.Types[0].Kind;
        if (kind == FieldKind.TextList && reader.TokenType == JsonTokenType.StartArray && JsonText.IsListOfPlainValues(reader))
        {
            value = FieldValue.List(JsonText.List(ref reader));
            return true;
        }

        if (kind is FieldKind.Json or FieldKind.Text)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var text = document.RootElement.GetRawText();
            value = kind == FieldKind.Json ? FieldValue.Json(Encoding.UTF8.GetBytes(text)) : text;
            return true;
        }

        Problem = $"field '{field.Name}': {Kind(reader.TokenType)} is not {(kind == FieldKind.TextList ? "a list of plain values" : field.Types[0].Expected)}. Correct the value, or set the field's 'type' to 'text'";
        ProblemField = field.Name;
        return false;
    }

    private bool IsNullValue(ReadOnlySpan<byte> text)
    {
        foreach (var nullValue in settings.NullValues)
        {
            if (text.SequenceEqual(nullValue))
            {
                return true;
            }
        }

        return false;
    }

    private static string Quoted(ReadOnlySpan<byte> text) => "\"" + JsonEncodedText.Encode(text).Value + "\"";

    private static ColumnType TypeOf(Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => new ColumnType(NumberText.ClassifyNumber(reader.ValueSpan)),
        JsonTokenType.True or JsonTokenType.False => new ColumnType(FieldKind.Boolean),
        JsonTokenType.StartArray when JsonText.IsListOfPlainValues(reader) => new ColumnType(FieldKind.TextList),
        JsonTokenType.StartArray or JsonTokenType.StartObject => new ColumnType(FieldKind.Json),
        _ => ColumnType.Text,
    };

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
