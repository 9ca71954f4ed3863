using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Schema;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What crosses as JSON: everything but record batches.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(ValueForm)])]
[JsonSerializable(typeof(WorkerStart))]
[JsonSerializable(typeof(WorkerHello))]
[JsonSerializable(typeof(WorkerWelcome))]
[JsonSerializable(typeof(CreateArguments))]
[JsonSerializable(typeof(CreateAnswer))]
[JsonSerializable(typeof(ComponentArguments))]
[JsonSerializable(typeof(ReadArguments))]
[JsonSerializable(typeof(StateArguments))]
[JsonSerializable(typeof(EnrichArguments))]
[JsonSerializable(typeof(RunArguments))]
[JsonSerializable(typeof(OpenArguments))]
[JsonSerializable(typeof(WriteArguments))]
[JsonSerializable(typeof(ServiceArguments))]
[JsonSerializable(typeof(PopulationArguments))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(ProgressNews))]
[JsonSerializable(typeof(WaitNews))]
[JsonSerializable(typeof(MeasurementNews))]
[JsonSerializable(typeof(StoredAnswer))]
[JsonSerializable(typeof(MisbehaviourNews))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(PluginFailure))]
[JsonSerializable(typeof(CheckResult))]
[JsonSerializable(typeof(SourceCatalog))]
[JsonSerializable(typeof(StreamState))]
[JsonSerializable(typeof(StreamDescriptor))]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(RejectedRecord))]
[JsonSerializable(typeof(StreamEnded))]
[JsonSerializable(typeof(StreamWaiting))]
[JsonSerializable(typeof(EnrichmentDescriptor))]
[JsonSerializable(typeof(EnrichmentResult[]))]
[JsonSerializable(typeof(ProfileInput[]))]
[JsonSerializable(typeof(AttributeBatch))]
[JsonSerializable(typeof(TableRows))]
[JsonSerializable(typeof(PopulationCheckpoint))]
[JsonSerializable(typeof(EnrichmentReport))]
[JsonSerializable(typeof(ExportDescriptor))]
[JsonSerializable(typeof(ExportReceipt))]
[JsonSerializable(typeof(MemberOutcome[]))]
internal sealed partial class WireJson : JsonSerializerContext
{
    internal static WireWriter Write<T>(WireWriter to, T value, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(to);
        JsonSerializer.Serialize(json, value, type);
        return to;
    }

    internal static WireWriter Write<T>(T value, JsonTypeInfo<T> type) => Write(new WireWriter(), value, type);

    /// <summary>Reads a body that is JSON.</summary>
    /// <exception cref="ProtocolException">It is not, or not what it should be.</exception>
    internal static T Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new ProtocolException("A frame's JSON is null.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException or NotSupportedException)
        {
            // The serializer's own words quote what came; the place is enough.
            var place = error is JsonException { Path: { Length: > 0 } path } ? $" at {OneLine.Of(path, 200)}" : "";
            throw new ProtocolException($"A frame's JSON is not a {typeof(T).Name}{place}.");
        }
    }
}
