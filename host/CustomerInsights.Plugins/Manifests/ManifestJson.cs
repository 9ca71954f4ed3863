using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Manifests;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(PluginManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
