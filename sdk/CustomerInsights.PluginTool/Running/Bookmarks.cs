using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Where a connector stands in its streams, in a file; or nowhere.</summary>
internal sealed class Bookmarks
{
    private readonly string? _file;
    private readonly JsonObject _states;

    private Bookmarks(string? file, JsonObject states) => (_file, _states) = (file, states);

    /// <summary>Whether there is a file.</summary>
    internal bool IsKept => _file is not null;

    internal static async Task<Bookmarks> ReadAsync(string? file, CancellationToken cancellationToken)
    {
        try
        {
            return new(file, file is not null && File.Exists(file) ? (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(file, cancellationToken))! : []);
        }
        catch (Exception error) when (error is JsonException or InvalidCastException)
        {
            throw new ToolException($"{file} does not hold bookmarks. Delete it to begin anew.");
        }
    }

    internal StreamState? Find(string stream) => _states[stream] is JsonObject kept
        ? new StreamState(kept["version"]!.GetValue<int>(), Encoding.UTF8.GetBytes(kept["state"]!.ToJsonString()))
        : null;

    internal void Keep(string stream, StreamState state) =>
        _states[stream] = new JsonObject { ["version"] = state.Version, ["state"] = JsonNode.Parse(state.Utf8Json.Span) };

    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            await File.WriteAllTextAsync(_file, _states.ToJsonString() + "\n", cancellationToken);
        }
    }
}
