using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>
/// The common values that completion offers: counted in the first 10,000 profiles of a type and their activities, and kept until the
/// change feed has moved on and ten seconds have passed.
/// </summary>
internal sealed class CommonValues(IProfileStore profiles, IChangeFeed changes, TimeProvider clock) : IDisposable
{
    private const int Profiles = 10_000;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    public void Dispose() => _one.Dispose();

    /// <summary>The values of a profile type, and of those that a relationship leads to directly.</summary>
    public async ValueTask<IRuleValueHints> OfAsync(InsightsModel model, string profileType, CancellationToken cancellationToken)
    {
        // One at a time: many who type at once wait for the same pass.
        await _one.WaitAsync(cancellationToken);
        try
        {
            long position = await changes.LastAsync(cancellationToken);
            var own = await SampleAsync(model, profileType, position, cancellationToken);
            var related = new Dictionary<string, ValueSample>(StringComparer.Ordinal);
            foreach (var (name, to) in Related(model, profileType))
            {
                related[name] = await SampleAsync(model, to, position, cancellationToken);
            }

            return new Hints(own, related);
        }
        finally
        {
            _one.Release();
        }
    }

    private static IEnumerable<(string Name, string To)> Related(InsightsModel model, string profileType) =>
        (model.ProfileTypes.TryGetValue(profileType, out var type) ? type.Relationships.Select(r => (r.Key, r.Value.To)) : [])
        .Concat(model.Links.Where(link => link.From == profileType).Select(link => (link.As, link.To)));

    private async ValueTask<ValueSample> SampleAsync(InsightsModel model, string profileType, long position, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_kept.TryGetValue(profileType, out var kept) && (kept.Position == position || now - kept.At < s_fresh))
        {
            return kept.Sample;
        }

        var counter = new ValueCounter();
        int seen = 0;
        var query = new PopulationQuery(profileType, [.. model.ActivityTypes.Keys.Order(StringComparer.Ordinal)]);
        await foreach (var batch in profiles.ReadPopulationAsync(query, cancellationToken))
        {
            foreach (var profile in batch)
            {
                counter.Add(profile);
            }

            seen += batch.Count;
            if (seen >= Profiles)
            {
                break;
            }
        }

        var sample = counter.Sample();
        _kept[profileType] = new Kept(position, now, sample);
        return sample;
    }

    private sealed record Kept(long Position, DateTimeOffset At, ValueSample Sample);

    private sealed class Hints(ValueSample own, Dictionary<string, ValueSample> related) : IRuleValueHints
    {
        public IReadOnlyList<RuleValueHint> Common(IReadOnlyList<string> path, string? activity, string name) => path.Count switch
        {
            0 => own.Of(activity, name),
            1 when related.TryGetValue(path[0], out var sample) => sample.Of(activity, name),
            _ => [],
        };
    }
}
