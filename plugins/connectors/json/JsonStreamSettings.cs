using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>A stream's settings, checked and in the form in which they are used.</summary>
internal sealed class JsonStreamSettings
{
    public JsonStreamSettings(JsonStreamOptions options, string pointer, FileRoot root)
    {
        Options = options;
        Pointer = pointer;
        if (options.Name.Length is 0 or > 100 || !options.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw Wrong("/name", $"The stream name '{options.Name}' is not allowed. Use 1 to 100 letters, digits, '_', '-' and '.'.");
        }

        if (options.Path.Length == 0)
        {
            throw Wrong("/path", $"Stream '{options.Name}' has no path. Give a file or a pattern such as 'events/*.jsonl'.");
        }

        if (options.Depth is < 0 or > 16)
        {
            throw Wrong("/depth", $"The depth {options.Depth} is not allowed. Choose 0 to 16.");
        }

        OneOf("/format", "format", options.Format, ["auto", "lines", "document"]);
        OneOf("/encoding", "encoding", options.Encoding, TextEncodings.Names);
        OneOf("/mode", "mode", options.Mode, ["auto", "full", "incremental"]);
        OneOf("/duplicates", "duplicates", options.Duplicates ?? "reject", ["reject", "last"]);
        if (options.Format == "lines" && options.RecordPath.Length > 0)
        {
            throw Wrong("/recordPath", "JSON lines have no record path: each line is a record. Remove it, or set 'format' to 'document'.");
        }

        RecordPath = options.RecordPath.StartsWith('/')
            ? [.. options.RecordPath[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : options.RecordPath.Split('.', StringSplitOptions.RemoveEmptyEntries);
        Keys = options.Key ?? [];
        Rule = Keys.Count == 0 ? KeyRule.Synthetic
            : (options.Duplicates ?? (options.DeletedField is null ? "reject" : "last")) == "last" ? KeyRule.LastWins
            : KeyRule.Unique;
        NullValues = [.. (options.NullValues ?? []).Where(text => text.Length > 0).Select(Encoding.UTF8.GetBytes)];
        Modes = options.Mode switch
        {
            "full" => [SyncMode.Full],
            "incremental" => [SyncMode.Incremental],
            _ => [SyncMode.Full, SyncMode.Incremental],
        };
        Types = (options.Fields ?? new Dictionary<string, JsonFieldOptions>(StringComparer.Ordinal)).ToDictionary(
            field => field.Key,
            field => GivenTypes.Of(field.Key, field.Value.Type, field.Value.Format, field.Value.Formats, message => Wrong($"/fields/{field.Key}", message)),
            StringComparer.Ordinal);
        var json = JsonSerializer.SerializeToUtf8Bytes(options, JsonConnectorJson.Default.JsonStreamOptions);
        Hash = ContentHash.Of(json, ContentHash.Of(Encoding.UTF8.GetBytes(root.Path))).ToString("x16", CultureInfo.InvariantCulture);
    }

    public JsonStreamOptions Options { get; }

    /// <summary>Where the stream stands in the configuration, for failures.</summary>
    public string Pointer { get; }

    public IReadOnlyList<string> RecordPath { get; }

    public IReadOnlyList<string> Keys { get; }

    public KeyRule Rule { get; }

    public byte[][] NullValues { get; }

    public IReadOnlyList<SyncMode> Modes { get; }

    /// <summary>The types given for fields, by path.</summary>
    public IReadOnlyDictionary<string, ColumnType[]> Types { get; }

    /// <summary>Hash of what decides how a file is read.</summary>
    public string Hash { get; }

    /// <summary>Every field that the settings name, with the place where they do.</summary>
    public IEnumerable<(string Field, string Pointer)> NamedFields() =>
        Keys.Select((key, at) => (key, string.Create(CultureInfo.InvariantCulture, $"{Pointer}/key/{at}")))
            .Concat(Options.DeletedField is { } deleted ? [(deleted, Pointer + "/deletedField")] : [])
            .Concat((Options.Fields?.Keys ?? []).Select(name => (name, $"{Pointer}/fields/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}")));

    /// <summary>A failure that points at a setting of this stream.</summary>
    public PluginException Wrong(string setting, string message) =>
        new(FailureKind.Configuration, message) { ConfigurationPath = Pointer + setting, Stream = Options.Name };

    private void OneOf(string setting, string name, string value, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(value, StringComparer.Ordinal))
        {
            throw Wrong(setting, $"The {name} '{value}' is not known. Choose one of {string.Join(" ", allowed)}.");
        }
    }
}
