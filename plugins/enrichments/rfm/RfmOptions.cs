using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Rfm;

/// <summary>Settings; see README.md.</summary>
internal sealed record RfmOptions(
    IReadOnlyList<OrderSource> Orders, string? Market = null, int Days = 365, string? Currency = null, string ProfileType = "customer", string? AsOf = null) : IOrderOptions
{
    internal static RfmOptions Read(ReadOnlyMemory<byte> configuration) => OrderSettings.Read(configuration, RfmJson.Default.RfmOptions);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RfmOptions))]
internal sealed partial class RfmJson : JsonSerializerContext;
