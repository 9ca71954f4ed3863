using System.Text.Json.Serialization;

namespace CustomerInsights.Connectors.Csv;

/// <summary>Settings of a connection; see README.md.</summary>
/// <remarks>Setters, not init: generated JSON code sets every init-only property, and so would lose the defaults.</remarks>
public sealed class CsvOptions
{
    /// <summary>The folder; null for the only one that is granted.</summary>
    public string? Root { get; set; }

    /// <summary>The streams; null or empty proposes one for each file found.</summary>
    public IReadOnlyList<CsvStreamOptions>? Streams { get; set; }
}

/// <summary>Settings of a stream.</summary>
public sealed class CsvStreamOptions
{
    /// <summary>The stream's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>A file or glob below the root.</summary>
    public string Path { get; set; } = "";

    /// <summary>The columns that make the key; null or empty makes one of the content.</summary>
    public IReadOnlyList<string>? Key { get; set; }

    /// <summary><c>auto</c>, <c>,</c>, <c>;</c>, a tab or <c>|</c>.</summary>
    public string Delimiter { get; set; } = "auto";

    /// <summary><c>auto</c> or a name of an encoding.</summary>
    public string Encoding { get; set; } = "auto";

    /// <summary>Whether the first row holds the names.</summary>
    public bool Header { get; set; } = true;

    /// <summary>The quote, one character; empty for none.</summary>
    public string Quote { get; set; } = "\"";

    /// <summary>What is known of columns, by the name in the file.</summary>
    public IReadOnlyDictionary<string, CsvColumnOptions>? Columns { get; set; }

    /// <summary>Texts that stand for no value, beside the empty cell.</summary>
    public IReadOnlyList<string>? NullValues { get; set; }

    /// <summary>Whether blanks around unquoted cells are dropped.</summary>
    public bool Trim { get; set; } = true;

    /// <summary>The column that marks deleted rows.</summary>
    public string? DeletedColumn { get; set; }

    /// <summary>Its value on deleted rows.</summary>
    public string DeletedValue { get; set; } = "true";

    /// <summary><c>reject</c> or <c>last</c>; by default <c>reject</c>, with a deletedColumn <c>last</c>.</summary>
    public string? Duplicates { get; set; }

    /// <summary><c>auto</c>, <c>full</c> or <c>incremental</c>.</summary>
    public string Mode { get; set; } = "auto";

    /// <summary>Rows that are looked at to settle the types.</summary>
    public int SampleRows { get; set; } = 10_000;
}

/// <summary>Settings of a column.</summary>
public sealed class CsvColumnOptions
{
    /// <summary>The type; null to infer it.</summary>
    public string? Type { get; set; }

    /// <summary>The format of dates and times.</summary>
    public string? Format { get; set; }

    /// <summary>Further formats, tried in order.</summary>
    public IReadOnlyList<string>? Formats { get; set; }

    /// <summary>The field's name, where it is to differ from the column's.</summary>
    public string? Name { get; set; }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CsvOptions))]
internal sealed partial class CsvJson : JsonSerializerContext;
