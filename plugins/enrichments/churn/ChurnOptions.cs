using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Churn;

/// <summary>Settings; see README.md.</summary>
internal sealed record ChurnOptions(
    IReadOnlyList<OrderSource> Orders,
    int WindowDays = 60,
    int ChurnedAfterDays = 180,
    double Threshold = 0.5,
    string Model = "auto",
    string ProfileType = "customer",
    string? AsOf = null) : IOrderOptions
{
    internal static ChurnOptions Read(ReadOnlyMemory<byte> configuration) => OrderSettings.Read(configuration, ChurnJson.Default.ChurnOptions);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ChurnOptions))]
internal sealed partial class ChurnJson : JsonSerializerContext;
