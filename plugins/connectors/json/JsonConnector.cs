using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Connectors.Files;

namespace CustomerInsights.Connectors.Json;

/// <summary>Reads JSON and JSON lines files below an allowed folder.</summary>
public sealed class JsonConnector : FileConnector<JsonOptions, JsonStreamOptions>
{
    /// <inheritdoc />
    protected override JsonTypeInfo<JsonOptions> OptionsType => JsonConnectorJson.Default.JsonOptions;

    /// <inheritdoc />
    protected override IReadOnlyList<string> Endings { get; } = [".json", ".jsonl", ".ndjson"];

    /// <inheritdoc />
    protected override string? RootOf(JsonOptions options) => options.Root;

    /// <inheritdoc />
    protected override IReadOnlyList<JsonStreamOptions>? StreamsOf(JsonOptions options) => options.Streams;

    /// <inheritdoc />
    protected override JsonStreamOptions Propose(string name, string path) => new() { Name = name, Path = path };

    /// <inheritdoc />
    private protected override FileStreamSource Open(JsonStreamOptions options, string pointer, FileRoot root) => new JsonStream(new JsonStreamSettings(options, pointer, root), root);
}
