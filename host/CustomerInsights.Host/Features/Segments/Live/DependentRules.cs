using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>What a rule can depend on.</summary>
internal enum DependencyKind
{
    /// <summary>An attribute of the profile, or a measure.</summary>
    Attribute,

    /// <summary>Activities of a type.</summary>
    Activity,

    /// <summary>Membership of a segment.</summary>
    Segment,

    /// <summary>What is at the other end of a relationship.</summary>
    Relationship,
}

/// <summary>
/// From what changed to the measures and segments of one profile type whose answer can change: directly, and by way of other measures and
/// segments; in the order in which they are evaluated.
/// </summary>
internal sealed class DependentRules
{
    private readonly IReadOnlyList<LiveRule> _rules;
    private readonly ILookup<(DependencyKind Kind, string Name), int> _direct;
    private readonly Dictionary<string, RuleSet> _byActivity;

    /// <summary>Looks into rules.</summary>
    /// <param name="rules">All rules of a profile type in the order of evaluation: measures before segments, each after what it names.</param>
    public DependentRules(IReadOnlyList<LiveRule> rules)
    {
        _rules = rules;
        _direct = rules.SelectMany((rule, i) => Read(rule.Rule.Dependencies).Select(read => (Read: read, Index: i))).ToLookup(pair => pair.Read, pair => pair.Index);
        All = Set(Enumerable.Range(0, rules.Count));
        Timed = Set(Enumerable.Range(0, rules.Count).Where(i => rules[i].Flips.Moves));
        Types = [.. _direct.Where(pair => pair.Key.Kind == DependencyKind.Activity).Select(pair => pair.Key.Name).Order(StringComparer.Ordinal)];
        ByProfile = Set(Enumerable.Range(0, rules.Count).Where(i => rules[i].IsMeasure || rules[i].Flips.Moves));
        AtOnce = [.. All.Rules.Except(ByProfile.Rules)];
        _byActivity = Types.ToDictionary(type => type, type => Of(DependencyKind.Activity, type), StringComparer.Ordinal);
        Active = Set(_byActivity.Values.SelectMany(set => set.Rules));
    }

    /// <summary>The activity types that any rule looks at.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>All that are live: a profile changed, and which of its attributes is not told.</summary>
    public RuleSet All { get; }

    /// <summary>Those that time alone can change, and what depends on them.</summary>
    public RuleSet Timed { get; }

    /// <summary>Those that a pass evaluates profile by profile: for their flips, and measures, whose values everything else reads; and what depends on those.</summary>
    public RuleSet ByProfile { get; }

    /// <summary>The places of all others. They are segments, and whom they hold is the same at every instant.</summary>
    public IReadOnlyList<int> AtOnce { get; }

    /// <summary>Those that any activity can change.</summary>
    public RuleSet Active { get; }

    /// <summary>Those that activities of a type can change.</summary>
    public RuleSet OfActivity(string type) => _byActivity.GetValueOrDefault(type, RuleSet.Empty);

    /// <summary>Those that something can change.</summary>
    public RuleSet Of(DependencyKind kind, string name) => Set(_direct[(kind, name)]);

    /// <summary>Rules of several sets, in the order of evaluation.</summary>
    public RuleSet Together(IEnumerable<RuleSet> sets) => Set(sets.SelectMany(set => set.Rules));

    private static IEnumerable<(DependencyKind, string)> Read(RuleDependencies dependencies) =>
    [
        .. dependencies.Attributes.Select(name => (DependencyKind.Attribute, name)),
        .. dependencies.Activities.Keys.Select(name => (DependencyKind.Activity, name)),
        .. dependencies.Segments.Select(name => (DependencyKind.Segment, name)),
        .. dependencies.RelatedAttributes.Select(related => related.Path[0]).Distinct(StringComparer.Ordinal).Select(name => (DependencyKind.Relationship, name)),
    ];

    // What is not live does not change here, so that nothing follows from it either.
    private RuleSet Set(IEnumerable<int> first)
    {
        var found = new SortedSet<int>();
        var waiting = new Stack<int>(first);
        while (waiting.TryPop(out var i))
        {
            if (_rules[i].NotLive is null && found.Add(i))
            {
                foreach (var dependent in _direct[(_rules[i].IsMeasure ? DependencyKind.Attribute : DependencyKind.Segment, _rules[i].Name)])
                {
                    waiting.Push(dependent);
                }
            }
        }

        return new RuleSet([.. found], found.SelectMany(i => _rules[i].Rule.Dependencies.Activities.Keys).ToHashSet(StringComparer.Ordinal));
    }
}

/// <summary>Rules to evaluate together.</summary>
/// <param name="Rules">Their places, ascending: the order of evaluation.</param>
/// <param name="ActivityTypes">The activities that they look at.</param>
internal sealed record RuleSet(int[] Rules, IReadOnlySet<string> ActivityTypes)
{
    public static RuleSet Empty { get; } = new([], new HashSet<string>());
}
