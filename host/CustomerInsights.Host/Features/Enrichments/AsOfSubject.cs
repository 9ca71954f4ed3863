using System.Collections;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>A profile as a condition sees it: of its activities only those of a span of time. All else is as of today.</summary>
/// <param name="profile">The profile.</param>
/// <param name="after">Activities count behind this moment; null for all.</param>
/// <param name="until">Activities count up to this moment, with it.</param>
internal sealed class AsOfSubject(ProfileSubject profile, DateTimeOffset? after, DateTimeOffset until) : IRuleSubject
{
    public Value Attribute(string name) => profile.Attribute(name);

    public IRuleSubject? Related(string relationship) => profile.Related(relationship);

    public bool InSegment(string name) => profile.InSegment(name);

    public bool Reachable(string channel) => profile.Reachable(channel);

    public IReadOnlyList<IRuleActivity> Activities(string type)
    {
        var all = profile.Activities(type);
        var first = after is { } moment ? CountUntil(all, moment) : 0;
        var end = CountUntil(all, until);
        return first == 0 && end == all.Count ? all : end <= first ? [] : new Span(all, first, end - first);
    }

    // They come by time: how many are at or before the moment.
    private static int CountUntil(IReadOnlyList<IRuleActivity> all, DateTimeOffset moment)
    {
        var (low, high) = (0, all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (all[middle].At <= moment)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private sealed class Span(IReadOnlyList<IRuleActivity> all, int first, int count) : IReadOnlyList<IRuleActivity>
    {
        public int Count => count;

        public IRuleActivity this[int index] => (uint)index < (uint)count ? all[first + index] : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<IRuleActivity> GetEnumerator() => all.Skip(first).Take(count).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
