using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Who is in the segments that rules name, as it was last found out.</summary>
internal static class StoredMembers
{
    /// <summary>Reads them.</summary>
    /// <param name="segments">Where members are.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>By segment the numbers of its members, ascending; empty when no rule names one.</returns>
    public static async ValueTask<IReadOnlyList<(string Name, long[] Members)>> OfAsync(this ISegmentStore segments, IEnumerable<BoundRule> rules, CancellationToken cancellationToken)
    {
        var members = new List<(string, long[])>();
        foreach (var name in rules.SelectMany(rule => rule.Dependencies.Segments).Distinct(StringComparer.Ordinal))
        {
            members.Add((name, await segments.MembersAsync(name, cancellationToken)));
        }

        return members;
    }

    /// <summary>Tells a profile what it is in.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="segments">By segment its members.</param>
    public static void Enter(this ProfileSubject profile, IReadOnlyList<(string Name, long[] Members)> segments)
    {
        foreach (var (name, members) in segments)
        {
            if (Array.BinarySearch(members, profile.Number) >= 0)
            {
                profile.Enter(name);
            }
        }
    }
}
