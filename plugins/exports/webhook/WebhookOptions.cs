using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Settings; see README.md.</summary>
/// <param name="Url">Where deliveries are posted.</param>
/// <param name="SigningSecret">Signs them.</param>
/// <param name="FormerSigningSecret">Signs them as well, while the secret is being changed; null for none.</param>
/// <param name="Authorization">The value of an Authorization header; null for none.</param>
/// <param name="Template">The body as a Handlebars template; null for JSON.</param>
/// <param name="ContentType">What the template makes.</param>
/// <param name="BatchSize">Most members in a delivery, 1 to 1,000.</param>
/// <param name="MaxKilobytes">Size of the largest delivery, 1 to 4,096 KiB.</param>
/// <param name="Attempts">How often a delivery is tried, 1 to 10.</param>
public sealed record WebhookOptions(
    Uri Url,
    SecretReference SigningSecret,
    SecretReference? FormerSigningSecret = null,
    SecretReference? Authorization = null,
    string? Template = null,
    string ContentType = WebhookOptions.Json,
    int BatchSize = 100,
    int MaxKilobytes = 256,
    int Attempts = 5)
{
    internal const string Json = "application/json";

    internal static WebhookOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, WebhookJson.Default.WebhookOptions);
        if (!options.Url.IsAbsoluteUri || options.Url.Scheme is not ("https" or "http") || options.Url.UserInfo.Length > 0 || options.Url.Fragment.Length > 0)
        {
            throw new PluginException(FailureKind.Configuration, "The address is not one to post to. Give an https: address without user name, password and '#'.") { ConfigurationPath = "/url" };
        }

        // Plain text would show people's data to everyone on the way; on this machine there is no way.
        if (options.Url.Scheme == "http" && !options.Url.IsLoopback)
        {
            throw new PluginException(FailureKind.Configuration, $"The address of {options.Url.Host} begins with http:, which is not encrypted. Give an https: address.") { ConfigurationPath = "/url" };
        }

        return options;
    }

    /// <summary>What writes bodies by these settings.</summary>
    /// <exception cref="PluginException">Configuration: the template cannot be used.</exception>
    internal Payload Payload() => Template is null ? new JsonPayload() : new TemplatePayload(Template, ContentType);
}

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WebhookOptions))]
internal sealed partial class WebhookJson : JsonSerializerContext;
