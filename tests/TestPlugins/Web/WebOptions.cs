using System.Text.Json.Serialization;

namespace Web;

/// <summary>Which server.</summary>
/// <param name="Url">The server that is declared.</param>
/// <param name="Ask">What is asked for; the server itself when not said.</param>
/// <param name="How">How it is asked; by the host's client when not said.</param>
public sealed record WebOptions(Uri Url, Uri? Ask = null, string? How = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebOptions))]
internal sealed partial class WebJson : JsonSerializerContext;
