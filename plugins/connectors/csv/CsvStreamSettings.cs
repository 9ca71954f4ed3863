using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Csv;

/// <summary>A stream's settings, checked and in the form in which they are used.</summary>
internal sealed class CsvStreamSettings
{
    private static readonly string[] Delimiters = ["auto", ",", ";", "\t", "|"];

    public CsvStreamSettings(CsvStreamOptions options, string pointer, FileRoot root)
    {
        Options = options;
        Pointer = pointer;
        if (options.Name.Length is 0 or > 100 || !options.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            throw Wrong("/name", $"The stream name '{options.Name}' is not allowed. Use 1 to 100 letters, digits, '_', '-' and '.'.");
        }

        if (options.Path.Length == 0)
        {
            throw Wrong("/path", $"Stream '{options.Name}' has no path. Give a file or a pattern such as 'orders/*.csv'.");
        }

        OneOf("/delimiter", "delimiter", options.Delimiter == "tab" ? "\t" : options.Delimiter, Delimiters);
        OneOf("/encoding", "encoding", options.Encoding, TextEncodings.Names);
        OneOf("/mode", "mode", options.Mode, ["auto", "full", "incremental"]);
        OneOf("/duplicates", "duplicates", options.Duplicates ?? "reject", ["reject", "last"]);
        if (options.Quote.Length > 1 || (options.Quote.Length == 1 && (options.Quote[0] is < '!' or > '~' || char.IsAsciiLetterOrDigit(options.Quote[0]))))
        {
            throw Wrong("/quote", $"The quote '{options.Quote}' is not allowed. Give one punctuation character, or empty text for none.");
        }

        Delimiter = options.Delimiter switch { "auto" => null, "tab" => (byte)'\t', var text => (byte)text[0] };
        Quote = options.Quote.Length == 0 ? (byte)0 : (byte)options.Quote[0];
        Keys = options.Key ?? [];
        Rule = Keys.Count == 0 ? KeyRule.Synthetic
            : (options.Duplicates ?? (options.DeletedColumn is null ? "reject" : "last")) == "last" ? KeyRule.LastWins
            : KeyRule.Unique;
        NullValues = [.. (options.NullValues ?? []).Where(text => text.Length > 0).Select(Encoding.UTF8.GetBytes)];
        Modes = options.Mode switch
        {
            "full" => [SyncMode.Full],
            "incremental" => [SyncMode.Incremental],
            _ => [SyncMode.Full, SyncMode.Incremental],
        };
        Types = (options.Columns ?? new Dictionary<string, CsvColumnOptions>(StringComparer.Ordinal))
            .ToDictionary(column => column.Key, column => TypesOf(column.Key, column.Value), StringComparer.Ordinal);
        var json = JsonSerializer.SerializeToUtf8Bytes(options, CsvJson.Default.CsvStreamOptions);
        Hash = ContentHash.Of(json, ContentHash.Of(Encoding.UTF8.GetBytes(root.Path))).ToString("x16", CultureInfo.InvariantCulture);
    }

    public CsvStreamOptions Options { get; }

    /// <summary>Where the stream stands in the configuration, for failures.</summary>
    public string Pointer { get; }

    /// <summary>The delimiter, or null to detect it.</summary>
    public byte? Delimiter { get; }

    public byte Quote { get; }

    public IReadOnlyList<string> Keys { get; }

    public KeyRule Rule { get; }

    public byte[][] NullValues { get; }

    public IReadOnlyList<SyncMode> Modes { get; }

    /// <summary>The types given for columns: the first is the column's, the others are tried after it. Empty: to be inferred.</summary>
    public IReadOnlyDictionary<string, ColumnType[]> Types { get; }

    /// <summary>Hash of what decides how a file is read.</summary>
    public string Hash { get; }

    /// <summary>Every column that the settings name, with the place where they do.</summary>
    public IEnumerable<(string Column, string Pointer)> NamedColumns() =>
        Keys.Select((key, at) => (key, string.Create(CultureInfo.InvariantCulture, $"{Pointer}/key/{at}")))
            .Concat(Options.DeletedColumn is { } deleted ? [(deleted, Pointer + "/deletedColumn")] : [])
            .Concat((Options.Columns?.Keys ?? []).Select(name => (name, $"{Pointer}/columns/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}")));

    /// <summary>A failure that points at a setting of this stream.</summary>
    public PluginException Wrong(string setting, string message) =>
        new(FailureKind.Configuration, message) { ConfigurationPath = Pointer + setting, Stream = Options.Name };

    private ColumnType[] TypesOf(string column, CsvColumnOptions options) =>
        GivenTypes.Of(column, options.Type, options.Format, options.Formats, message => Wrong($"/columns/{column}", message));

    private void OneOf(string setting, string name, string value, IReadOnlyList<string> allowed)
    {
        if (!allowed.Contains(value, StringComparer.Ordinal))
        {
            throw Wrong(setting, $"The {name} '{value}' is not known. Choose one of {string.Join(" ", allowed).Replace("\t", "tab", StringComparison.Ordinal)}.");
        }
    }
}
