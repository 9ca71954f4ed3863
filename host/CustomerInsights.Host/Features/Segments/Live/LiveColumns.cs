using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>
/// What a pass need not ask of each profile: the members of segments that neither time nor a measure can change are answered for everybody at once, and
/// who is stored otherwise is out of date. Nothing is written; the follower evaluates those with fresh data.
/// </summary>
internal sealed class LiveColumns(IPopulationAnswers answers, ISegmentStore segments)
{
    // Of all that one question answers, so that a thousand segments of a million people are not in memory at once.
    private const long MostMembers = 16_000_000;
    private const int First = 64;

    /// <summary>The numbers of profiles that are out of date, and how many were looked at; null when a rule fails for somebody, and each must be looked at by itself.</summary>
    public async Task<(HashSet<long> Stale, long Of)?> StaleAsync(LivePlan plan, LiveType type, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = type.Dependents.AtOnce.Select(place => type.Rules[place].Model!).ToList();
        var asked = wanted.SelectMany(segment => segment.Rule.Dependencies.Segments).ToHashSet(StringComparer.Ordinal);
        var given = await segments.OfAsync(asked.Except(wanted.Select(segment => segment.Name), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), cancellationToken);
        var stale = new HashSet<long>();
        var of = 0L;
        var size = First;
        for (var from = 0; from < wanted.Count;)
        {
            var some = wanted.GetRange(from, Math.Min(size, wanted.Count - from));
            MembershipAnswer answer;
            try
            {
                answer = await answers.MembersAsync(new PopulationQuestion(plan.Model!, type.Name, now), some, given, cancellationToken);
            }
            catch (JobFailedException)
            {
                // An overflow. A pass leaves out the one profile that has it, and tells.
                return null;
            }

            foreach (var (name, members) in answer.Members)
            {
                var (enter, leave) = SegmentAnswers.Difference(await segments.MembersAsync(name, cancellationToken), members);
                stale.UnionWith(enter);
                stale.UnionWith(leave);
                if (asked.Contains(name))
                {
                    given[name] = members;
                }
            }

            from += some.Count;
            of = answer.Of;
            size = (int)Math.Clamp(MostMembers / Math.Max(1, of), 16, 1024);
        }

        return (stale, of);
    }
}
