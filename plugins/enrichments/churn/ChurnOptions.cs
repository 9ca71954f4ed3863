using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Churn.Subscriptions;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Churn;

/// <summary>Settings; see README.md. Orders or subscriptions, not both.</summary>
internal sealed record ChurnOptions(
    IReadOnlyList<OrderSource>? Orders = null,
    IReadOnlyList<SubscriptionSource>? Subscriptions = null,
    int WindowDays = 60,
    int ChurnedAfterDays = 180,
    int RenewWithinDays = 30,
    double Threshold = 0.5,
    string Model = "auto",
    string ProfileType = "customer",
    string? AsOf = null) : IOrderOptions
{
    /// <summary>Which activities are orders: those of type <c>order</c> where nothing is said; none where subscriptions are predicted.</summary>
    internal IReadOnlyList<OrderSource> OrderSources => OfSubscriptions ? [] : Orders is { Count: > 0 } ? Orders : [new OrderSource("order")];

    IReadOnlyList<OrderSource> IOrderOptions.Orders => OrderSources;

    /// <summary>Whether it is subscriptions that are predicted.</summary>
    internal bool OfSubscriptions => Subscriptions is { Count: > 0 };

    internal static ChurnOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = OrderSettings.Read(configuration, ChurnJson.Default.ChurnOptions);
        if (options is { OfSubscriptions: true, Orders.Count: > 0 })
        {
            throw new PluginException(FailureKind.Configuration, "Orders and subscriptions are not predicted together; connect the plugin twice, once with 'orders' and once with 'subscriptions'.") { ConfigurationPath = "/subscriptions" };
        }

        for (var i = 0; i < (options.Subscriptions?.Count ?? 0); i++)
        {
            var source = options.Subscriptions![i];
            var at = i.ToString(CultureInfo.InvariantCulture);
            if (options.Subscriptions.Take(i).Any(before => string.Equals(before.Activity, source.Activity, StringComparison.Ordinal)))
            {
                throw new PluginException(FailureKind.Configuration, $"The activity type '{source.Activity}' comes twice among the subscriptions; name it once.") { ConfigurationPath = $"/subscriptions/{at}/activity" };
            }

            if (source.Ignore is { Count: > 0 } && source.Status is null)
            {
                throw new PluginException(FailureKind.Configuration, "Statuses are ignored, but no field has the status; set 'status'.") { ConfigurationPath = $"/subscriptions/{at}/ignore" };
            }
        }

        return options;
    }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ChurnOptions))]
internal sealed partial class ChurnJson : JsonSerializerContext;
