using System.Collections.Concurrent;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>All that is kept up to date, as of one state of the definitions. Immutable.</summary>
internal sealed class LivePlan
{
    private readonly Dictionary<string, LiveType> _types;

    private LivePlan(IEnumerable<LiveType> types, InsightsModel? model = null, DateTimeOffset? until = null)
    {
        Model = model;
        _types = types.ToDictionary(type => type.Name, StringComparer.Ordinal);
        ActivityTypes = [.. _types.Values.SelectMany(type => type.Dependents.Types).Distinct(StringComparer.Ordinal)];
        Until = until;
    }

    /// <summary>The plan of no definitions.</summary>
    public static LivePlan Empty { get; } = new([]);

    /// <summary>The definitions; null for the plan of none.</summary>
    public InsightsModel? Model { get; }

    public IReadOnlyCollection<LiveType> Types => _types.Values;

    /// <summary>When a segment becomes active or stops being so, and the plan another; null for never.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The activity types that any rule looks at.</summary>
    public IReadOnlyList<string> ActivityTypes { get; }

    public LiveType? Find(string profileType) => _types.GetValueOrDefault(profileType);

    public static async Task<LivePlan> OfAsync(InsightsModel model, ISegmentStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A static segment, an inactive one and one with a schedule of its own keep the members that are stored; rules may ask for them all the same.
        var numbers = model.Segments.Count == 0
            ? new Dictionary<string, long>()
            : await store.NumbersAsync([.. model.Segments.Select(segment => segment.Name)], cancellationToken);
        var segments = model.Segments.Where(segment => segment.FollowsAt(now)).ToList();
        var types = model.ProfileTypes.Keys.Select(type => new LiveType(
            type,
            [
                .. model.Measures.Where(measure => measure.Document.ProfileType == type && !measure.Document.Business).Select(LiveRule.Of),
                .. segments.Where(segment => segment.Document.ProfileType == type).Select(segment => LiveRule.Of(segment, numbers[segment.Name])),
            ],
            numbers)
        {
            Consent = model.Consent.Policy,
        });
        var edges = model.Segments.SelectMany(segment => new[] { segment.Document.ActivateAt, segment.Document.DeactivateAt }).Where(edge => edge > now);
        return new LivePlan(types, model, edges.Min());
    }

    /// <summary>The activities that must be read of a profile to evaluate what touched it, whatever its type is.</summary>
    public IReadOnlyCollection<string> Reads(Touch touch)
    {
        if (_types.Count == 1)
        {
            return _types.Values.First().Set(touch).ActivityTypes.AsCollection();
        }

        return [.. _types.Values.SelectMany(type => type.Set(touch).ActivityTypes).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether any rule asks who can be reached.</summary>
    public bool ReadsIdentifiers => _types.Values.Any(type => type.ReadsIdentifiers);

    /// <summary>True when something depends on what touched a profile.</summary>
    public bool Concerns(Touch touch) => _types.Values.Any(type => type.Set(touch).Rules.Length > 0);
}

/// <summary>The measures and segments of a profile type.</summary>
internal sealed class LiveType
{
    // Sets of several activity types, by what touched a profile: putting one together takes longer than evaluating it. Bounded, as many types have very many subsets.
    private const int MostSets = 1024;
    private readonly ConcurrentDictionary<string, RuleSet> _together = new(StringComparer.Ordinal);

    public LiveType(string name, IReadOnlyList<LiveRule> rules, IReadOnlyDictionary<string, long> numbers)
    {
        (Name, Rules, Dependents) = (name, rules, new DependentRules(rules));
        ReadsIdentifiers = rules.Any(rule => rule.Rule.Dependencies.Channels.Count > 0);
        MeasureNames = [.. rules.Where(rule => rule.IsMeasure).Select(rule => rule.Name)];
        AskedSegments = rules.SelectMany(rule => rule.Rule.Dependencies.Segments).Distinct(StringComparer.Ordinal)
            .Where(numbers.ContainsKey).ToDictionary(asked => numbers[asked], asked => asked);
    }

    public string Name { get; }

    /// <summary>Who can be reached.</summary>
    public Core.Consent.ConsentPolicy? Consent { get; init; }

    /// <summary>Whether any rule asks who can be reached.</summary>
    public bool ReadsIdentifiers { get; }

    /// <summary>Measures, then segments, each after what it names.</summary>
    public IReadOnlyList<LiveRule> Rules { get; }

    public DependentRules Dependents { get; }

    /// <summary>In the order of a profile's value document.</summary>
    public IReadOnlyList<string> MeasureNames { get; }

    /// <summary>The segments that rules ask for, by number.</summary>
    public IReadOnlyDictionary<long, string> AskedSegments { get; }

    /// <summary>What is to be evaluated for what touched a profile.</summary>
    public RuleSet Set(Touch touch) => touch switch
    {
        { Everything: true } => Dependents.All,
        { AnyActivity: false, Due: false, Activities: [var one] } => Dependents.OfActivity(one),
        { AnyActivity: false, Due: true, Activities: [] } => Dependents.Timed,
        _ => Together(touch),
    };

    private RuleSet Together(Touch touch)
    {
        var key = $"{(touch.AnyActivity ? 'a' : '-')}{(touch.Due ? 'd' : '-')}{string.Join('|', touch.Activities.Order(StringComparer.Ordinal))}";
        if (_together.TryGetValue(key, out var known))
        {
            return known;
        }

        var set = Dependents.Together(
        [
            .. touch.Activities.Select(Dependents.OfActivity), .. touch.AnyActivity ? [Dependents.Active] : Array.Empty<RuleSet>(), .. touch.Due ? [Dependents.Timed] : Array.Empty<RuleSet>(),
        ]);
        if (_together.Count < MostSets)
        {
            _together.TryAdd(key, set);
        }

        return set;
    }
}

/// <summary>What happened to a profile since it was last evaluated.</summary>
internal sealed class Touch
{
    private readonly List<string> _activities = [];

    /// <summary>It changed itself, or someone else wrote its measures or memberships.</summary>
    public bool Everything { get; set; }

    /// <summary>Activities of a type that is not told.</summary>
    public bool AnyActivity { get; set; }

    /// <summary>Its flip is due.</summary>
    public bool Due { get; set; }

    /// <summary>Types of activities that came, changed or went.</summary>
    public IReadOnlyList<string> Activities => _activities;

    /// <summary>The touch of a profile among others, made when there is none yet.</summary>
    public static Touch Of(Dictionary<long, Touch> touches, long profile)
    {
        if (!touches.TryGetValue(profile, out var touch))
        {
            touches.Add(profile, touch = new Touch());
        }

        return touch;
    }

    public void Activity(string? type)
    {
        AnyActivity |= type is null;
        if (type is not null && !_activities.Contains(type))
        {
            _activities.Add(type);
        }
    }
}

internal static class SetExtensions
{
    /// <summary>A set is a collection, but its read-only interface is not.</summary>
    public static IReadOnlyCollection<string> AsCollection(this IReadOnlySet<string> set) => set;
}
