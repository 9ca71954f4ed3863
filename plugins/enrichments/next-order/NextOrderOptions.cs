using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.NextOrder;

/// <summary>Settings; see README.md.</summary>
internal sealed record NextOrderOptions(IReadOnlyList<OrderSource> Orders, double Floor = 0.05, string Model = "auto", string ProfileType = "customer", string? AsOf = null)
{
    /// <summary>The last day that counts as known, where it was set.</summary>
    internal DateOnly? LastDay => AsOf is null ? null : DateOnly.ParseExact(AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static NextOrderOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, NextOrderJson.Default.NextOrderOptions);
        OrderSettings.Check(options.Orders, options.AsOf);
        return options;
    }
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(NextOrderOptions))]
internal sealed partial class NextOrderJson : JsonSerializerContext;
