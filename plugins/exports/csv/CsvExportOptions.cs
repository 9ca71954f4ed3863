using System.Text.Json.Serialization;

namespace CustomerInsights.Exports.Csv;

/// <summary>Settings of a connection; see README.md.</summary>
/// <remarks>Setters, not init: generated JSON code sets every init-only property, and so would lose the defaults.</remarks>
public sealed class CsvExportOptions
{
    /// <summary>The folder; null for the only one that is granted.</summary>
    public string? Directory { get; set; }

    /// <summary>The name, with {export}, {segment}, {date}, {time} and {generation}.</summary>
    public string FileName { get; set; } = "{export}";

    /// <summary><c>csv</c> or <c>jsonl</c>.</summary>
    public string Format { get; set; } = "csv";

    /// <summary><c>,</c>, <c>;</c>, a tab or <c>|</c>.</summary>
    public string Delimiter { get; set; } = ",";

    /// <summary><c>minimal</c> or <c>all</c>.</summary>
    public string Quoting { get; set; } = "minimal";

    /// <summary>Whether the names of the fields come first.</summary>
    public bool Header { get; set; } = true;

    /// <summary>What is written for no value.</summary>
    public string NullText { get; set; } = "";

    /// <summary>Whether the file begins with the mark of UTF-8.</summary>
    public bool Bom { get; set; }

    /// <summary>Whether cells that a spreadsheet would run get an apostrophe.</summary>
    public bool FormulaGuard { get; set; }
}

/// <summary>What the manifest beside an exported file says.</summary>
internal sealed class ExportManifest
{
    public required string File { get; init; }

    public required string Format { get; init; }

    public required string Export { get; init; }

    public required string Segment { get; init; }

    public required string RunId { get; init; }

    public required long Generation { get; init; }

    public required string StartedAt { get; init; }

    public required long Rows { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CsvExportOptions))]
[JsonSerializable(typeof(ExportManifest))]
internal sealed partial class CsvExportJson : JsonSerializerContext;
