using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>How many profiles can be reached.</summary>
/// <param name="Any">By any channel.</param>
/// <param name="Channels">By channel.</param>
internal sealed record ReachCounts(long Any, IReadOnlyDictionary<string, long> Channels);

/// <summary>Counts who can be reached, for other slices.</summary>
internal sealed class ReachCounting(IIdentifierStore identifiers)
{
    public async Task<ReachCounts> CountAsync(ConsentPolicy policy, string profileType, CancellationToken cancellationToken)
    {
        var any = 0L;
        var channels = policy.Channels.Keys.ToDictionary(channel => channel, _ => 0L, StringComparer.Ordinal);
        await foreach (var profile in identifiers.StreamAsync(profileType, cancellationToken))
        {
            var reached = false;
            foreach (var channel in policy.Channels.Keys)
            {
                if (policy.Judge(channel, profile.Identifiers) == Reach.Reachable)
                {
                    channels[channel]++;
                    reached = true;
                }
            }

            any += reached ? 1 : 0;
        }

        return new ReachCounts(any, channels);
    }
}
