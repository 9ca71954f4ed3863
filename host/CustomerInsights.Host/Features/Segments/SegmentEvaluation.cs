using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>One profile against segments, in the order in which they build on each other.</summary>
internal static class SegmentEvaluation
{
    public static void Evaluate(ProfileSubject profile, IReadOnlyList<SegmentModel> segments, RuleMoment moment, Action<string> enter)
    {
        foreach (var segment in segments)
        {
            bool matches;
            try
            {
                matches = segment.Rule.Matches(profile, segment.Zone.Equals(TimeZoneInfo.Utc) ? moment : moment with { Zone = segment.Zone });
            }
            catch (RuleEvaluationException error)
            {
                throw new JobFailedException("Data", $"Segment '{segment.Name}': {error.Message}");
            }

            if (matches)
            {
                profile.Enter(segment.Name);
                enter(segment.Name);
            }
        }
    }
}
