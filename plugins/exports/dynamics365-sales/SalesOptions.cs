using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Sales;

/// <summary>Settings; see README.md.</summary>
/// <param name="ServerAddress">The organisation's address.</param>
/// <param name="ClientId">The application that signs in.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="TenantId">The tenant; null to learn it from the server.</param>
/// <param name="SignInAddress">The sign-in service; null for the one that the server names.</param>
/// <param name="ListName">The marketing list's name, with {export} and {segment}.</param>
public sealed record SalesOptions(
    Uri ServerAddress, string ClientId, SecretReference ClientSecret, string? TenantId = null, Uri? SignInAddress = null, string ListName = "{segment}")
{
    internal static SalesOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, SalesJson.Default.SalesOptions);
        Names.Check(options.ListName, "/listName");
        return options;
    }

    internal DataverseConnection Connection() => DataverseConnection.Of(ServerAddress, ClientId, ClientSecret, TenantId, SignInAddress);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SalesOptions))]
internal sealed partial class SalesJson : JsonSerializerContext;
