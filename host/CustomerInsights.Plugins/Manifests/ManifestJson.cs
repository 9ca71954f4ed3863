using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>How host files are read into records.</summary>
internal static class ManifestJson
{
    // By reflection, not by source generation: generated code gives an init-only member that is missing in the text the
    // default of its type instead of its initialiser (dotnet/runtime #84484), and the initialisers are our defaults.
    internal static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
    };
}
