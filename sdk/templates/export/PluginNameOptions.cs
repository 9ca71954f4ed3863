using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>What people set; schema/settings.json describes it to them and is checked first.</summary>
/// <param name="Url">Where the API is.</param>
/// <param name="Token">The access token: a name, which is opened when it is needed.</param>
/// <param name="List">The list whose members are replaced.</param>
public sealed record PluginNameOptions(Uri Url, SecretReference Token, string List);

/// <summary>Reads and writes the plugin's types without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PluginNameOptions))]
[JsonSerializable(typeof(BatchAnswer))]
internal sealed partial class PluginNameJson : JsonSerializerContext;
