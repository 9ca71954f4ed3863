using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.LifetimeValue;

/// <summary>Settings; see README.md.</summary>
internal sealed record LifetimeValueOptions(
    IReadOnlyList<OrderSource> Orders,
    string? Currency = null,
    string ProfileType = "customer",
    int HorizonMonths = 12,
    int? ActiveWindowDays = null,
    double? HighValuePercent = null,
    double Margin = 1,
    double DiscountRate = 0,
    string Model = "auto",
    string? AsOf = null,
    int Seed = 1) : IOrderOptions
{
    /// <summary>The horizon in days.</summary>
    internal int HorizonDays => (int)Math.Round(HorizonMonths * LifetimeStudy.Month);

    /// <summary>What the model is chosen among, the preferred first.</summary>
    internal IReadOnlyList<TransactionKind> Kinds => ModelNames.Kinds(Model);

    internal static LifetimeValueOptions Read(ReadOnlyMemory<byte> configuration) => OrderSettings.Read(configuration, LifetimeValueJson.Default.LifetimeValueOptions);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LifetimeValueOptions))]
internal sealed partial class LifetimeValueJson : JsonSerializerContext;
