namespace CustomerInsights.Core.Rules;

/// <summary>How long an evaluation over all profiles will seem to the person who waits for it.</summary>
public enum RuleCostClass
{
    /// <summary>While one types: less than a million units of work.</summary>
    Instant,

    /// <summary>A blink or a few: less than a hundred million units.</summary>
    Quick,

    /// <summary>Longer than that, or a pass over all profiles comes first.</summary>
    Slow,
}

/// <summary>How much data there is; what a cost is reckoned from.</summary>
/// <param name="Profiles">Profiles of the rule's type.</param>
/// <param name="Activities">Activities by type; a type that is not listed has none.</param>
public sealed record RuleVolume(long Profiles, IReadOnlyDictionary<string, long> Activities);

/// <summary>What evaluating a rule over all profiles costs, reckoned from its tree and from counts; nothing is run.</summary>
/// <remarks>
/// Each part of the rule is counted as often as it could be evaluated: once a profile, once an activity inside an aggregate's
/// argument or <c>where</c>. That <c>and</c> and <c>or</c> stop early is not counted on, so the figures are upper bounds and adding
/// a condition never lowers one. The formula is <c>Work = ValuesRead + ActivitiesRead + Functions + 20 × RegexMatches</c>, doubled
/// by a population pass. An aggregate that stands inside another is computed once a profile.
/// </remarks>
/// <param name="ValuesRead">Values of attributes and fields, and memberships asked for.</param>
/// <param name="ActivitiesRead">Activities walked over, once for each aggregate and each step of a sequence.</param>
/// <param name="Functions">Operators and functions evaluated.</param>
/// <param name="RegexMatches">Texts matched with a regular expression.</param>
/// <param name="PopulationPass">All profiles are ranked first.</param>
/// <param name="Work">The figures in one, in units of about one value read.</param>
/// <param name="Class">What that means to a person.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record RuleCost(
    long ValuesRead,
    long ActivitiesRead,
    long Functions,
    long RegexMatches,
    bool PopulationPass,
    long Work,
    RuleCostClass Class,
    string Reason)
{
    private const long RegexWeight = 20;
    private const long InstantWork = 1_000_000;
    private const long QuickWork = 100_000_000;

    /// <summary>Reckons the cost of a rule. Takes time linear in its tree.</summary>
    public static RuleCost Estimate(BoundRule rule, RuleVolume volume)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(volume);
        var tally = new RuleTally(volume);
        tally.Node(rule.Root, volume.Profiles);
        foreach (var dimension in rule.Dimensions)
        {
            tally.Node(dimension, rule.DimensionsReadFields ? tally.Rows(rule.BusinessAggregates) : volume.Profiles);
        }

        bool pass = rule.Dependencies.Population;
        long work = RuleTally.Add(RuleTally.Add(tally.Values, tally.Activities), RuleTally.Add(tally.Functions, RuleTally.Times(RegexWeight, tally.Matches)));
        work = pass ? RuleTally.Times(2, work) : work;
        var kind = pass || work >= QuickWork ? RuleCostClass.Slow : work >= InstantWork ? RuleCostClass.Quick : RuleCostClass.Instant;
        return new RuleCost(
            tally.Values, tally.Activities, tally.Functions, tally.Matches, pass, work, kind, Why(kind, tally, pass, volume.Profiles));
    }

    private static string Why(RuleCostClass kind, RuleTally tally, bool pass, long profiles)
    {
        if (pass)
        {
            return "Slow, because all profiles are ranked before the rule can be answered.";
        }

        string what = tally.Matches > 0 && tally.Matches * (Int128)RegexWeight >= (Int128)tally.Activities + tally.Values ? $"{Count(tally.Matches, "text is", "texts are")} matched with a regular expression"
            : tally.Activities > profiles ? $"{Count(tally.Activities, "activity is", "activities are")} read"
            : tally.Values > 0 ? $"{Count(tally.Values, "value is", "values are")} read"
            : "nothing is read";
        return $"{kind}, because {what} for {Count(profiles, "profile", "profiles")}.";
    }

    private static string Count(long count, string one, string many) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");
}
