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
    int Seed = 1,
    IReadOnlyList<string>? Covariates = null) : IOrderOptions
{
    /// <summary>Names of profile attributes that tell what customers are like.</summary>
    internal IReadOnlyList<string> CovariateNames => Covariates ?? [];

    /// <summary>The horizon in days.</summary>
    internal int HorizonDays => (int)Math.Round(HorizonMonths * LifetimeStudy.Month);

    /// <summary>What the model is chosen among, the preferred first.</summary>
    internal IReadOnlyList<TransactionKind> Kinds => ModelNames.Kinds(Model);

    internal static LifetimeValueOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = OrderSettings.Read(configuration, LifetimeValueJson.Default.LifetimeValueOptions);
        for (var i = 0; i < options.CovariateNames.Count; i++)
        {
            if (options.CovariateNames.Take(i).Contains(options.CovariateNames[i], StringComparer.Ordinal))
            {
                throw new PluginException(FailureKind.Configuration, $"The attribute '{options.CovariateNames[i]}' comes twice among the covariates; name it once.") { ConfigurationPath = string.Create(CultureInfo.InvariantCulture, $"/covariates/{i}") };
            }
        }

        if (options.CovariateNames.Count > 0 && !options.Kinds.Any(CovariateModel.CanHave))
        {
            throw new PluginException(FailureKind.Configuration, "This model has no covariates; set 'model' to auto, mbg-nbd or pareto-nbd, or take 'covariates' off.") { ConfigurationPath = "/covariates" };
        }

        return options;
    }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LifetimeValueOptions))]
internal sealed partial class LifetimeValueJson : JsonSerializerContext;
