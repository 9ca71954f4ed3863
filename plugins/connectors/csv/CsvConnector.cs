using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Connectors.Files;

namespace CustomerInsights.Connectors.Csv;

/// <summary>Reads CSV files below an allowed folder.</summary>
public sealed class CsvConnector : FileConnector<CsvOptions, CsvStreamOptions>
{
    /// <inheritdoc />
    protected override JsonTypeInfo<CsvOptions> OptionsType => CsvJson.Default.CsvOptions;

    /// <inheritdoc />
    protected override IReadOnlyList<string> Endings { get; } = [".csv", ".tsv", ".tab", ".psv", ".txt"];

    /// <inheritdoc />
    protected override string? RootOf(CsvOptions options) => options.Root;

    /// <inheritdoc />
    protected override IReadOnlyList<CsvStreamOptions>? StreamsOf(CsvOptions options) => options.Streams;

    /// <inheritdoc />
    protected override CsvStreamOptions Propose(string name, string path) => new() { Name = name, Path = path };

    /// <inheritdoc />
    private protected override FileStreamSource Open(CsvStreamOptions options, string pointer, FileRoot root) => new CsvStream(new CsvStreamSettings(options, pointer, root), root);
}
