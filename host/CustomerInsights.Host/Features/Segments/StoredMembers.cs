using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Who is in the segments that rules name, as it was last found out.</summary>
internal static class StoredMembers
{
    /// <summary>Reads the members of what rules name.</summary>
    /// <param name="segments">Where members are.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>By segment the numbers of its members, ascending; empty when no rule names one.</returns>
    public static ValueTask<Dictionary<string, long[]>> OfAsync(this ISegmentStore segments, IEnumerable<BoundRule> rules, CancellationToken cancellationToken) =>
        segments.OfAsync(rules.SelectMany(rule => rule.Dependencies.Segments).ToHashSet(StringComparer.Ordinal), cancellationToken);

    /// <summary>Reads the members of segments.</summary>
    /// <param name="segments">Where members are.</param>
    /// <param name="names">The segments.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>By segment the numbers of its members, ascending.</returns>
    public static async ValueTask<Dictionary<string, long[]>> OfAsync(this ISegmentStore segments, IReadOnlySet<string> names, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            members.Add(name, await segments.MembersAsync(name, cancellationToken));
        }

        return members;
    }

    /// <summary>Tells a profile what it is in.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="segments">By segment the numbers of its members, ascending.</param>
    public static void Enter(this ProfileSubject profile, IReadOnlyDictionary<string, long[]> segments)
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
