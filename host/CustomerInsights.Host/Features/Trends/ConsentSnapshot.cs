using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>The settings of consent that a figure was counted with, so that a step in the series can be explained. Equal settings have equal text.</summary>
internal sealed record ConsentSnapshot(
    bool UnknownIsReachable, bool OptedOutIsReachable, IReadOnlyList<KeyValuePair<string, ConsentSnapshot.ChannelSnapshot>> Channels, IReadOnlyList<KeyValuePair<string, bool>> SourceDefaults)
{
    /// <summary>A channel.</summary>
    /// <param name="Identifiers">The identifier types that it uses.</param>
    /// <param name="Every">Whether every identifier may be messaged.</param>
    public sealed record ChannelSnapshot(IReadOnlyList<string> Identifiers, bool Every);

    public static string Of(ConsentPolicy policy) => Json.Write(new ConsentSnapshot(
        policy.UnknownIsReachable,
        policy.OptedOutIsReachable,
        [.. policy.Channels.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, new ChannelSnapshot([.. pair.Value.Types.Order(StringComparer.Ordinal)], pair.Value.Every)))],
        [.. policy.SourceDefaults.OrderBy(pair => pair.Key, StringComparer.Ordinal)]));

    /// <summary>Which settings differ, by the names that the document has.</summary>
    public static IReadOnlyList<string> Changed(string before, string after)
    {
        if (before == after)
        {
            return [];
        }

        var (a, b) = (Json.Read<ConsentSnapshot>(before), Json.Read<ConsentSnapshot>(after));
        var changed = new List<string>();
        void Compare(string name, object left, object right)
        {
            if (Json.Write(left) != Json.Write(right))
            {
                changed.Add(name);
            }
        }

        Compare("channels", a.Channels, b.Channels);
        Compare("optedOutIsReachable", a.OptedOutIsReachable, b.OptedOutIsReachable);
        Compare("sourceDefaults", a.SourceDefaults, b.SourceDefaults);
        Compare("unknownIsReachable", a.UnknownIsReachable, b.UnknownIsReachable);
        return changed;
    }
}
