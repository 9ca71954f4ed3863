using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>What people set; schema/settings.json describes it to them and is checked first.</summary>
/// <param name="Url">Where the directory is.</param>
/// <param name="Token">The access token: a name, which is opened when it is needed.</param>
public sealed record PluginNameOptions(Uri Url, SecretReference Token);

/// <summary>Reads the plugin's types without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PluginNameOptions))]
[JsonSerializable(typeof(Company))]
internal sealed partial class PluginNameJson : JsonSerializerContext;
