using System.Text.Json.Serialization;

namespace CustomerInsights.Connectors.Json;

/// <summary>Settings of a connection; see README.md.</summary>
/// <remarks>Setters, not init: generated JSON code sets every init-only property, and so would lose the defaults.</remarks>
public sealed class JsonOptions
{
    /// <summary>The folder; null for the only one that is granted.</summary>
    public string? Root { get; set; }

    /// <summary>The streams; null or empty proposes one for each file found.</summary>
    public IReadOnlyList<JsonStreamOptions>? Streams { get; set; }
}

/// <summary>Settings of a stream.</summary>
public sealed class JsonStreamOptions
{
    /// <summary>The stream's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>A file or glob below the root.</summary>
    public string Path { get; set; } = "";

    /// <summary>The fields that make the key; null or empty makes one of the content.</summary>
    public IReadOnlyList<string>? Key { get; set; }

    /// <summary><c>auto</c>, <c>lines</c> or <c>document</c>.</summary>
    public string Format { get; set; } = "auto";

    /// <summary>Where the array of records is: <c>data.items</c> or <c>/data/items</c>.</summary>
    public string RecordPath { get; set; } = "";

    /// <summary>How many levels of nested objects become fields of their own.</summary>
    public int Depth { get; set; } = 3;

    /// <summary><c>auto</c> or a name of an encoding.</summary>
    public string Encoding { get; set; } = "auto";

    /// <summary>What is known of fields, by their path in the record.</summary>
    public IReadOnlyDictionary<string, JsonFieldOptions>? Fields { get; set; }

    /// <summary>Texts that stand for no value, beside null and the empty text.</summary>
    public IReadOnlyList<string>? NullValues { get; set; }

    /// <summary>The field that marks deleted records.</summary>
    public string? DeletedField { get; set; }

    /// <summary>Its value on deleted records.</summary>
    public string DeletedValue { get; set; } = "true";

    /// <summary><c>reject</c> or <c>last</c>; by default <c>reject</c>, with a deletedField <c>last</c>.</summary>
    public string? Duplicates { get; set; }

    /// <summary><c>auto</c>, <c>full</c> or <c>incremental</c>.</summary>
    public string Mode { get; set; } = "auto";

    /// <summary>Records that are looked at to settle the types.</summary>
    public int SampleRecords { get; set; } = 10_000;
}

/// <summary>Settings of a field.</summary>
public sealed class JsonFieldOptions
{
    /// <summary>The type; null to infer it.</summary>
    public string? Type { get; set; }

    /// <summary>The format of dates and times.</summary>
    public string? Format { get; set; }

    /// <summary>Further formats, tried in order.</summary>
    public IReadOnlyList<string>? Formats { get; set; }

    /// <summary>The field's name, where it is to differ from its path.</summary>
    public string? Name { get; set; }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonOptions))]
internal sealed partial class JsonConnectorJson : JsonSerializerContext;
