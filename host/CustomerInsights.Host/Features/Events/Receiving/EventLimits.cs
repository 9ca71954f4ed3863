namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>What a request with events may hold. The first three are those of the protocol, so that clients keep to them by themselves.</summary>
internal static class EventLimits
{
    public const int EventBytes = 32 * 1024;

    public const int BatchBytes = 500 * 1024;

    public const int BatchEvents = 2500;

    public const int Depth = 64;

    public const int MessageIdCharacters = 100;

    public const int IdCharacters = 500;

    public const int Properties = 300;
}
