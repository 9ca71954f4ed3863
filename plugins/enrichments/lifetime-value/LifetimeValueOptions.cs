using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

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
    int Seed = 1)
{
    /// <summary>The horizon in days.</summary>
    internal int HorizonDays => (int)Math.Round(HorizonMonths * LifetimeStudy.Month);

    /// <summary>What the model is chosen among, the preferred first.</summary>
    internal IReadOnlyList<TransactionKind> Kinds => ModelNames.Kinds(Model);

    /// <summary>The last day that counts as known, where it was set.</summary>
    internal DateOnly? LastDay => AsOf is null ? null : DateOnly.ParseExact(AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static LifetimeValueOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, LifetimeValueJson.Default.LifetimeValueOptions);
        OrderSettings.Check(options.Orders, options.AsOf);
        return options;
    }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LifetimeValueOptions))]
internal sealed partial class LifetimeValueJson : JsonSerializerContext;
