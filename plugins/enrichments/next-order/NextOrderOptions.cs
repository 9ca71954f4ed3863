using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.NextOrder;

/// <summary>Settings; see README.md.</summary>
internal sealed record NextOrderOptions(IReadOnlyList<OrderSource> Orders, double Floor = 0.05, string Model = "auto", string ProfileType = "customer", string? AsOf = null) : IOrderOptions
{
    internal static NextOrderOptions Read(ReadOnlyMemory<byte> configuration) => OrderSettings.Read(configuration, NextOrderJson.Default.NextOrderOptions);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(NextOrderOptions))]
internal sealed partial class NextOrderJson : JsonSerializerContext;
