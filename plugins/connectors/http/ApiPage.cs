using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>An answer with records. Dispose it when its records have been read.</summary>
/// <param name="document">The answer.</param>
/// <param name="stream">Whose it is.</param>
/// <param name="name">What it is called in messages.</param>
internal sealed class ApiPage(JsonDocument document, ApiStream stream, string name) : IDisposable
{
    /// <summary>The answer.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>The records.</summary>
    public required IReadOnlyList<JsonElement> Items { get; init; }

    /// <summary>The next page's address by the Link header.</summary>
    public string? LinkNext { get; init; }

    /// <summary>Tells the content from others.</summary>
    public required string Hash { get; init; }

    /// <summary>What it is called in messages.</summary>
    public string Name => name;

    /// <summary>The records in an answer.</summary>
    /// <exception cref="PluginException">Data: there is no list of records.</exception>
    public static IReadOnlyList<JsonElement> RecordsIn(JsonElement root, ApiStream stream, string name) => stream.Records.Find(root) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
        { ValueKind: JsonValueKind.Null } => [],
        _ => throw Fault(stream, name, $"there is no list of records at '{stream.Options.Records}'. Check the stream's settings"),
    };

    /// <summary>A failure of this page.</summary>
    /// <param name="what">What is wrong.</param>
    public PluginException Wrong(string what) => Fault(stream, name, what);

    /// <summary>A failure of a page.</summary>
    public static PluginException Fault(ApiStream stream, string name, string what, Exception? cause = null) => new(FailureKind.Data, $"{name}: {what}.", cause) { Stream = stream.Options.Name };

    /// <inheritdoc />
    public void Dispose() => document.Dispose();
}
