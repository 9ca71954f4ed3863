using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Rules.Flips;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>A measure per profile or a segment, as it is kept up to date.</summary>
internal sealed class LiveRule
{
    private LiveRule(string name, bool isMeasure, BoundRule rule, TimeZoneInfo? zone, string? notLive)
    {
        (Name, IsMeasure, Rule, Zone, NotLive) = (name, isMeasure, rule, zone, notLive);
        Flips = RuleFlips.Of(rule);
    }

    public string Name { get; }

    public bool IsMeasure { get; }

    public BoundRule Rule { get; }

    public RuleFlips Flips { get; }

    /// <summary>The zone of its calendar days; null for UTC.</summary>
    public TimeZoneInfo? Zone { get; }

    /// <summary>Why only a refresh computes it; null when it is live.</summary>
    public string? NotLive { get; }

    /// <summary>The segment; null for a measure.</summary>
    public SegmentModel? Model { get; private init; }

    /// <summary>The number that the store knows a segment by; 0 for a measure.</summary>
    public long Segment { get; init; }

    public static LiveRule Of(MeasureModel measure) => new(measure.Name, true, measure.Rule, null, measure.Engagement is null ? Reason(measure.Rule) : "It ranks everyone by engagement; the rank changes when others do.");

    public static LiveRule Of(SegmentModel segment, long number) =>
        new(segment.Name, false, segment.Rule, segment.Zone.Equals(TimeZoneInfo.Utc) ? null : segment.Zone, Reason(segment.Rule)) { Segment = number, Model = segment };

    public RuleMoment At(RuleMoment moment) => Zone is null ? moment : moment with { Zone = Zone };

    /// <summary>Why only a refresh can compute a rule; null when it can be live.</summary>
    internal static string? Reason(BoundRule rule) =>
        rule.Dependencies.Population ? "It ranks all profiles (percentile_rank); the rank changes when others do."
        : rule.Dependencies.RelatedAttributes.Count > 0 ? "It reads attributes across a relationship; changes at the other end are not followed."
        : RuleFlips.Of(rule).IsContinuous ? "Its value is another at every instant."
        : null;
}
