using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>What a test asks of the source.</summary>
public sealed record HealthyOptions(int Rows, int? FailAfter = null, int? PauseAfter = null, SecretReference? Token = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthyOptions))]
internal sealed partial class HealthyJson : JsonSerializerContext;
