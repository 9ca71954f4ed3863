namespace CustomerInsights.Core.Rules;

/// <summary>Gathers what a rule reads while it is bound.</summary>
internal sealed class DependencySet
{
    private readonly SortedSet<string> _attributes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RelatedAttribute> _related = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _activities = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _segments = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _channels = new(StringComparer.Ordinal);
    private bool _time;

    public void Attribute(string name) => _attributes.Add(name);

    public void Related(IEnumerable<string> path, string attribute)
    {
        var related = new RelatedAttribute([.. path], attribute);
        _related.TryAdd(related.ToString(), related);
    }

    public void Activity(string type) => _activities.TryAdd(type, new SortedSet<string>(StringComparer.Ordinal));

    public void Field(string type, string field)
    {
        Activity(type);
        _activities[type].Add(field);
    }

    public void Segment(string name) => _segments.Add(name);

    public void Channel(string name) => _channels.Add(name);

    public void Time() => _time = true;

    public RuleDependencies ToDependencies(bool population) => new(
        [.. _attributes],
        [.. _related.Values],
        _activities.ToDictionary(a => a.Key, IReadOnlyList<string> (a) => [.. a.Value]),
        [.. _segments],
        [.. _channels],
        _time,
        population);
}
