using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace Acme.Tickets;

/// <summary>What people set; see schema/settings.json.</summary>
/// <param name="Url">Where the help desk is.</param>
/// <param name="ApiKey">Its key.</param>
public sealed record TicketsOptions(Uri Url, SecretReference ApiKey);

/// <summary>Where a read stands in a stream.</summary>
/// <param name="Next">The address of the next page.</param>
internal sealed record Place(string Next);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TicketsOptions))]
[JsonSerializable(typeof(Place))]
internal sealed partial class TicketsJson : JsonSerializerContext;
