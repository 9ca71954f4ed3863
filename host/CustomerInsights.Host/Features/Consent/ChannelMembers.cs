using CustomerInsights.Core.Consent;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Identifiers;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>
/// Who can be reached by which channel, for answers by columns. Read once, then kept current by the change feed whenever somebody asks. Safe for any thread.
/// </summary>
internal sealed class ChannelMembers(IIdentifierStore identifiers, IChangeFeed changes) : IDisposable
{
    private const int Page = 5000;

    // Further behind than this, everything is read again sooner than profile by profile.
    private const int MostTouched = 50_000;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Known> _types = new(StringComparer.Ordinal);

    /// <summary>The numbers, ascending, of who can be reached by the channels that rules ask for; empty when none does.</summary>
    public async ValueTask<IReadOnlyDictionary<string, long[]>> OfAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken)
    {
        var asked = rules.SelectMany(rule => rule.Dependencies.Channels).Distinct(StringComparer.Ordinal).ToList();
        if (asked.Count == 0)
        {
            return new Dictionary<string, long[]>();
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_types.TryGetValue(profileType, out var known) || !ReferenceEquals(known.Policy, model.Consent.Policy) || !await FollowAsync(known, profileType, cancellationToken))
            {
                _types[profileType] = known = await ReadAsync(model.Consent.Policy, profileType, cancellationToken);
            }

            return asked.ToDictionary(channel => channel, known.Sorted, StringComparer.Ordinal);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Known> ReadAsync(ConsentPolicy policy, string profileType, CancellationToken cancellationToken)
    {
        // Before the read: what is committed meanwhile is looked at twice rather than never.
        var known = new Known(policy, await changes.LastAsync(cancellationToken));
        await foreach (var profile in identifiers.StreamAsync(profileType, cancellationToken))
        {
            known.All.Add(profile.Profile);
            known.Put(profile.Profile, profile.Identifiers);
        }

        return known;
    }

    // False when it cannot be followed: rows were trimmed, or too much changed.
    private async Task<bool> FollowAsync(Known known, string profileType, CancellationToken cancellationToken)
    {
        var (position, last) = (known.Position, await changes.LastAsync(cancellationToken));
        var touched = new HashSet<long>();
        while (position < last)
        {
            var rows = await changes.ReadAsync(position, Page, cancellationToken);
            if (rows.Count == 0 || rows[0].Sequence != position + 1)
            {
                return false;
            }

            touched.UnionWith(rows.Where(row => row.Kind is ChangeKind.Profile or ChangeKind.Identifier).Select(row => row.Id));
            if (touched.Count > MostTouched)
            {
                return false;
            }

            position = rows[^1].Sequence;
        }

        var strangers = touched.Where(number => !known.All.Contains(number)).ToList();
        if (strangers.Count > 0)
        {
            var typed = await identifiers.OfTypeAsync(profileType, strangers, cancellationToken);
            known.All.UnionWith(typed);
            touched.ExceptWith(strangers.Except(typed));
        }

        if (touched.Count > 0)
        {
            var read = (await identifiers.OfProfilesAsync(touched, cancellationToken)).ToDictionary(one => one.Profile, one => one.Identifiers);
            foreach (var number in touched)
            {
                known.Put(number, read.GetValueOrDefault(number) ?? []);
            }
        }

        known.Position = position;
        return true;
    }

    private sealed class Known(ConsentPolicy policy, long position)
    {
        private readonly Dictionary<string, HashSet<long>> _members = policy.Channels.Keys.ToDictionary(channel => channel, _ => new HashSet<long>(), StringComparer.Ordinal);
        private readonly Dictionary<string, long[]> _sorted = new(StringComparer.Ordinal);

        public ConsentPolicy Policy => policy;

        public long Position { get; set; } = position;

        /// <summary>The profiles of the type that were seen.</summary>
        public HashSet<long> All { get; } = [];

        public void Put(long profile, IReadOnlyList<IdentifierState> states)
        {
            foreach (var (channel, members) in _members)
            {
                if (policy.Judge(channel, states) == Reach.Reachable ? members.Add(profile) : members.Remove(profile))
                {
                    _sorted.Remove(channel);
                }
            }
        }

        public long[] Sorted(string channel)
        {
            if (!_sorted.TryGetValue(channel, out var numbers))
            {
                numbers = [.. _members.GetValueOrDefault(channel) ?? []];
                Array.Sort(numbers);
                _sorted[channel] = numbers;
            }

            return numbers;
        }
    }
}
