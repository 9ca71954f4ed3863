using System.Text;
using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>A name at one level of the records. Its path is the field's name; it may be a field, have names below it, or both.</summary>
internal sealed class JsonNode(string name, string path, int level)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);
    private readonly List<JsonNode> _children = [];
    private int _last;

    /// <summary>The field's name: the names from the top, joined by dots.</summary>
    public string Path { get; } = path;

    /// <summary>How deep it stands; 0 is the record itself.</summary>
    public int Level { get; } = level;

    /// <summary>The field, where a value was seen here.</summary>
    public JsonField? Field { get; set; }

    public IEnumerable<JsonNode> All => _children.SelectMany(child => child.All).Prepend(this);

    /// <summary>The child that the reader's property name names, made when it is new.</summary>
    public JsonNode Child(ref Utf8JsonReader reader)
    {
        // Records mostly have the same names in the same order: look behind the one that was found last.
        for (var i = 0; i < _children.Count; i++)
        {
            var at = _last + i < _children.Count ? _last + i : _last + i - _children.Count;
            if (reader.ValueTextEquals(_children[at]._name))
            {
                _last = at + 1 == _children.Count ? 0 : at + 1;
                return _children[at];
            }
        }

        return Add(reader.GetString()!);
    }

    /// <summary>The child of that name, made when it is new.</summary>
    public JsonNode Add(string name)
    {
        var shown = name.Length == 0 ? "_" : name;
        var child = new JsonNode(name, Path.Length == 0 ? shown : Path + "." + shown, Level + 1);
        _children.Add(child);
        return child;
    }
}

/// <summary>A field of a stream.</summary>
/// <param name="name">The path in the record.</param>
internal sealed class JsonField(string name)
{
    private bool _lists;
    private bool _nested;

    public string Name { get; } = name;

    /// <summary>The name under which it is yielded.</summary>
    public string OutputName { get; set; } = name;

    /// <summary>Where its value stands in a record.</summary>
    public int Index { get; set; }

    public KindEvidence Evidence { get; } = new(name);

    /// <summary>Its type, then further formats to try.</summary>
    public ColumnType[] Types { get; set; } = [ColumnType.Text];

    public TextCache Cache { get; } = new();

    public void SawList() => _lists = true;

    public void SawNested() => _nested = true;

    /// <summary>The type that fits what was seen.</summary>
    public (ColumnType Type, string? Warning) Decide() =>
        _nested || (_lists && Evidence.Count > 0) ? (new ColumnType(FieldKind.Json), null)
        : _lists ? (new ColumnType(FieldKind.TextList), null)
        : Evidence.Decide();
}
