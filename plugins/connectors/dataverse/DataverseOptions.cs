using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>Settings; see README.md.</summary>
/// <param name="ServerAddress">The organisation's address.</param>
/// <param name="ClientId">The application that signs in.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="Tables">What is read.</param>
/// <param name="TenantId">The tenant; null to learn it from the server.</param>
/// <param name="SignInAddress">The sign-in service; null for the one that the server names.</param>
/// <param name="PageSize">Rows of a page, 1 to 5,000.</param>
public sealed record DataverseOptions(
    Uri ServerAddress, string ClientId, SecretReference ClientSecret, IReadOnlyList<TableOptions> Tables, string? TenantId = null, Uri? SignInAddress = null, int PageSize = 1000)
{
    internal DataverseConnection Connection()
    {
        var twice = Tables.GroupBy(table => table.Table, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? DataverseConnection.Of(ServerAddress, ClientId, ClientSecret, TenantId, SignInAddress)
            : throw new PluginException(FailureKind.Configuration, $"The table '{twice.Key}' is named twice; once is enough.") { ConfigurationPath = "/tables" };
    }
}

/// <summary>A table.</summary>
/// <param name="Table">Its logical name.</param>
/// <param name="Columns">Only these; null for all.</param>
public sealed record TableOptions(string Table, IReadOnlyList<string>? Columns = null);

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DataverseOptions))]
[JsonSerializable(typeof(Bookmark))]
internal sealed partial class DataverseJson : JsonSerializerContext;
