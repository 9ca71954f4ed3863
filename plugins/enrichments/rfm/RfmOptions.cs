using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Rfm;

/// <summary>Settings; see README.md.</summary>
internal sealed record RfmOptions(
    IReadOnlyList<OrderSource> Orders, string? Market = null, int Days = 365, string? Currency = null, string ProfileType = "customer", string? AsOf = null)
{
    /// <summary>The last day that counts as known, where it was set.</summary>
    internal DateOnly? LastDay => AsOf is null ? null : DateOnly.ParseExact(AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static RfmOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, RfmJson.Default.RfmOptions);
        OrderSettings.Check(options.Orders, options.AsOf);
        return options;
    }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RfmOptions))]
internal sealed partial class RfmJson : JsonSerializerContext;
