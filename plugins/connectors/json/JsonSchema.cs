using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>The fields of a stream: learned from a sample, and added to when a record brings a name that is new.</summary>
internal sealed class JsonSchema(JsonStreamSettings settings)
{
    private const int MaxFields = 2000;
    private readonly Dictionary<string, JsonField> _fields = new(StringComparer.Ordinal);

    public JsonNode Root { get; } = new("", "", 0);

    public List<JsonField> Fields { get; } = [];

    /// <summary>Goes up with every field that is added after the sample.</summary>
    public int Revision { get; private set; }

    public FieldNames Names { get; private set; } = FieldNames.Of("-");

    public JsonField? Find(string name) => _fields.GetValueOrDefault(name);

    /// <summary>Notes what a record of the sample holds. A record that is not a JSON object teaches nothing.</summary>
    public void Learn(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record, isFinalBlock: true, default);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                LearnObject(ref reader, Root);
            }
        }
        catch (JsonException)
        {
            // It is rejected with its message when it is read.
        }
    }

    /// <summary>Settles the types after the sample.</summary>
    /// <param name="saved">Fields whose types stand already.</param>
    /// <param name="warnings">Takes what people should know.</param>
    public void Settle(IReadOnlyList<SavedField>? saved, List<string> warnings)
    {
        foreach (var known in saved ?? [])
        {
            if (!Fields.Exists(field => Output(field.Name) == known.Name))
            {
                // It was in earlier records and is not in this sample.
                Add(known.Name);
            }
        }

        foreach (var field in Fields)
        {
            field.OutputName = Output(field.Name);
            var known = saved?.FirstOrDefault(before => before.Name == field.OutputName);
            if (settings.Types.TryGetValue(field.Name, out var given) && given.Length > 0)
            {
                field.Types = given;
            }
            else if (known is not null)
            {
                field.Types = [new ColumnType(known.Kind, known.Format)];
            }
            else
            {
                var (type, warning) = field.Decide();
                field.Types = [type];
                if (warning is not null)
                {
                    warnings.Add($"{settings.Options.Name}: {warning}");
                }
            }
        }

        Rename();
    }

    /// <summary>Adds the field of a node that was not in the sample; its type is that of its first value.</summary>
    public JsonField Extend(JsonNode node, ColumnType type)
    {
        if (_fields.TryGetValue(node.Path, out var known))
        {
            return node.Field = known; // "a.b" was written both nested and with the dot.
        }

        var field = node.Field = Add(node.Path);
        field.OutputName = Output(field.Name);
        field.Types = settings.Types.TryGetValue(node.Path, out var given) && given.Length > 0 ? given : [type];
        Revision++;
        Rename();
        return field;
    }

    private void LearnObject(ref Utf8JsonReader reader, JsonNode node)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var child = node.Child(ref reader);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && child.Level <= settings.Options.Depth)
            {
                LearnObject(ref reader, child);
                continue;
            }

            var field = child.Field ??= _fields.GetValueOrDefault(child.Path) ?? Add(child.Path);
            LearnValue(ref reader, field);
        }
    }

    private static void LearnValue(ref Utf8JsonReader reader, JsonField field)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                field.Evidence.AddNull();
                break;
            case JsonTokenType.String:
                if (JsonText.IsEmpty(ref reader))
                {
                    field.Evidence.AddNull();
                }
                else
                {
                    field.Evidence.AddText(JsonText.Bytes(ref reader));
                }

                break;
            case JsonTokenType.Number:
                field.Evidence.AddNumber(reader.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                field.Evidence.AddBoolean(reader.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.StartArray when JsonText.IsListOfPlainValues(reader):
                field.SawList();
                reader.Skip();
                break;
            default:
                field.SawNested();
                reader.Skip();
                break;
        }
    }

    private string Output(string name) => settings.Options.Fields?.GetValueOrDefault(name)?.Name ?? name;

    private JsonField Add(string name)
    {
        if (Fields.Count == MaxFields)
        {
            throw new PluginException(FailureKind.Data, $"The records of '{settings.Options.Name}' have more than {MaxFields} fields. Lower the 'depth', so that objects with ever new names stay in one field.") { Stream = settings.Options.Name };
        }

        if (name.Length > 200)
        {
            throw new PluginException(FailureKind.Data, $"The records of '{settings.Options.Name}' have a field with a name of {name.Length} characters ('{name[..60]}…'); 200 are the most. Lower the 'depth'.") { Stream = settings.Options.Name };
        }

        var field = new JsonField(name) { Index = Fields.Count };
        Fields.Add(field);
        _fields.Add(name, field);
        return field;
    }

    private void Rename()
    {
        var twice = Fields.GroupBy(field => field.OutputName, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw settings.Wrong("/fields", $"Two fields become '{twice.Key}': {string.Join(" and ", twice.Select(field => $"'{field.Name}'"))}. Give one another 'name'.");
        }

        Names = Fields.Count == 0 ? FieldNames.Of("-") : new FieldNames(Fields.Select(field => field.OutputName));
    }
}
