using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>The messages of a population's run, as JSON behind a byte for their kind.</summary>
internal static class PopulationMessageCodec
{
    internal static WireWriter Write(PopulationMessage message) => message switch
    {
        AttributeBatch batch => WireJson.Write(new WireWriter().Byte(1), batch, WireJson.Default.AttributeBatch),
        TableRows rows => WireJson.Write(new WireWriter().Byte(2), rows, WireJson.Default.TableRows),
        PopulationCheckpoint checkpoint => WireJson.Write(new WireWriter().Byte(3), checkpoint, WireJson.Default.PopulationCheckpoint),
        EnrichmentReport report => WireJson.Write(new WireWriter().Byte(4), report, WireJson.Default.EnrichmentReport),
        _ => throw new RuleBrokenException("message", $"A message of type {message.GetType().Name} is not known."),
    };

    internal static PopulationMessage Read(ReadOnlySpan<byte> body)
    {
        var from = new WireReader(body);
        var kind = from.Byte();
        return kind switch
        {
            1 => WireJson.Read(from.Rest, WireJson.Default.AttributeBatch),
            2 => WireJson.Read(from.Rest, WireJson.Default.TableRows),
            3 => WireJson.Read(from.Rest, WireJson.Default.PopulationCheckpoint),
            4 => WireJson.Read(from.Rest, WireJson.Default.EnrichmentReport),
            _ => throw new ProtocolException($"A message of a run is of kind {kind}, which is not known."),
        };
    }
}
