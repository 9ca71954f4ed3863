using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

/// <summary>Puts together what is read apart, and writes it down as <see cref="TextSink"/> does.</summary>
internal sealed class ApartSink : IColumnProfileSink, IColumnActivitySink
{
    private readonly List<(long Number, ProfileId Id, byte[] Attributes, byte[] Measures)> _profiles = [];
    private readonly Dictionary<long, long> _profileOf = [];
    private readonly List<(long Node, string Type, string Id, long Ticks, byte[] Document)> _activities = [];
    private IReadOnlyList<string> _types = [];

    /// <summary>One text a profile; activities by type, time and id.</summary>
    public IEnumerable<string> Profiles => _profiles.Select(profile =>
    {
        var sink = new TextSink();
        sink.Profile("", profile.Number, profile.Id, profile.Attributes, profile.Measures);
        foreach (var (_, type, id, ticks, document) in _activities
            .Where(activity => _profileOf.GetValueOrDefault(activity.Node) == profile.Number)
            .OrderBy(activity => activity.Type, StringComparer.Ordinal).ThenBy(activity => activity.Ticks).ThenBy(activity => activity.Id, StringComparer.Ordinal))
        {
            sink.Activity(type, System.Text.Encoding.ASCII.GetBytes(id), ticks, document);
        }

        return sink.Profiles[0];
    });

    public void Profile(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) =>
        _profiles.Add((number, id, attributes.ToArray(), measures.ToArray()));

    public void Node(long node) => _profileOf.Add(node, _profiles[^1].Number);

    public void Types(IReadOnlyList<string> types) => _types = types;

    public void Activity(long node, int type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) =>
        _activities.Add((node, _types[type], System.Text.Encoding.ASCII.GetString(id), ticks, document.ToArray()));
}
