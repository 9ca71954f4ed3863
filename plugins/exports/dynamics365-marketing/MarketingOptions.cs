using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>Settings; see README.md.</summary>
/// <param name="ServerAddress">The organisation's address.</param>
/// <param name="ClientId">The application that signs in.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="TenantId">The tenant; null to learn it from the server.</param>
/// <param name="SignInAddress">The sign-in service; null for the one that the server names.</param>
/// <param name="SegmentName">The segment's name there, with {export} and {segment}.</param>
/// <param name="Generation"><c>journeys</c>, or <c>outbound</c> for the marketing that came before.</param>
public sealed record MarketingOptions(
    Uri ServerAddress, string ClientId, SecretReference ClientSecret, string? TenantId = null, Uri? SignInAddress = null, string SegmentName = "{segment}", string Generation = MarketingOptions.Journeys)
{
    internal const string Journeys = "journeys";
    internal const string Outbound = "outbound";

    internal static MarketingOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, MarketingJson.Default.MarketingOptions);
        Names.Check(options.SegmentName, "/segmentName");
        return options.Generation is Journeys or Outbound
            ? options
            : throw new PluginException(FailureKind.Configuration, $"The generation '{options.Generation}' is not known. Choose {Journeys} or {Outbound}.") { ConfigurationPath = "/generation" };
    }

    internal DataverseConnection Connection() => DataverseConnection.Of(ServerAddress, ClientId, ClientSecret, TenantId, SignInAddress);
}

/// <summary>What is remembered between runs: whether the target is as the host believes.</summary>
/// <param name="Generation">The last run of the host that was committed here, or that is under way.</param>
/// <param name="Whole">False from a run's first write to its commit.</param>
internal sealed record RunMark(long Generation, bool Whole);

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MarketingOptions))]
[JsonSerializable(typeof(RunMark))]
internal sealed partial class MarketingJson : JsonSerializerContext;
