using CustomerInsights.Core.Consent;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>A profile as rules see it: attributes, measures, activities, segments, and the profiles that it is related to.</summary>
internal sealed class ProfileSubject : IRuleSubject
{
    private readonly Dictionary<string, Value> _attributes;
    private readonly ConsentPolicy? _consent;
    private readonly PopulationProfile _profile;
    private readonly RelatedProfiles _related;
    private readonly HashSet<string> _segments = new(StringComparer.Ordinal);
    private Dictionary<string, IReadOnlyList<IRuleActivity>>? _activities;

    /// <summary>Puts what was read where rules find it.</summary>
    /// <param name="profile">What was read.</param>
    /// <param name="related">The profiles that it is related to.</param>
    /// <param name="consent">Who can be reached; null, and nobody can: for those whom no rule asks.</param>
    public ProfileSubject(PopulationProfile profile, RelatedProfiles related, ConsentPolicy? consent = null)
    {
        _consent = consent;
        _profile = profile;
        _related = related;
        _attributes = ValueDocument.Read(profile.Attributes);
        foreach (var document in new[] { profile.Measures, profile.Enriched }.OfType<byte[]>())
        {
            foreach (var (name, value) in ValueDocument.Read(document))
            {
                _attributes[name] = value;
            }
        }
    }

    public long Number => _profile.Number;

    public ProfileId Id => _profile.Id;

    public byte[]? StoredMeasures => _profile.Measures;

    public Value Attribute(string name) => _attributes.TryGetValue(name, out var value) ? value : Value.Missing;

    public IRuleSubject? Related(string relationship) => _related.Find(relationship, this);

    public IReadOnlyList<IRuleActivity> Activities(string type)
    {
        _activities ??= _profile.Activities
            .GroupBy(activity => activity.Type, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key, group => (IReadOnlyList<IRuleActivity>)[.. group.Select(activity => new Activity(activity))], StringComparer.Ordinal);
        return _activities.GetValueOrDefault(type) ?? [];
    }

    public bool InSegment(string name) => _segments.Contains(name);

    public bool Reachable(string channel) => ReachBy(channel) == Reach.Reachable;

    /// <summary>Whether a channel reaches the person, or why not.</summary>
    public Reach ReachBy(string channel, bool needsConsent = true) => _consent?.Judge(channel, _profile.Identifiers, needsConsent) ?? Reach.NoIdentifier;

    /// <summary>Sets what a measure came to, so that later measures and rules see it.</summary>
    public void Set(string measure, Value value) => _attributes[measure] = value;

    /// <summary>Forgets a measure that is being computed anew.</summary>
    public void Clear(string measure) => _attributes.Remove(measure);

    /// <summary>Notes a membership, so that later segments see it.</summary>
    public void Enter(string segment) => _segments.Add(segment);

    /// <summary>Notes that a membership has ended, so that later segments do not see it.</summary>
    public void Leave(string segment) => _segments.Remove(segment);

    private sealed class Activity(PopulationActivity activity) : IRuleActivity
    {
        private Dictionary<string, Value>? _fields;

        public string Id => activity.Id;

        public DateTimeOffset At => activity.At;

        public Value Field(string name) =>
            (_fields ??= ValueDocument.Read(activity.Document)).TryGetValue(name, out var value) ? value : Value.Missing;
    }
}
