using System.Runtime.CompilerServices;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>Streams all profiles of a type as rules need them: with the activities, relationships and ranks that they name and nothing else.</summary>
internal sealed class PopulationScan(IProfileStore store)
{
    /// <summary>The moment at which rules are evaluated, with the ranks that they need (one pass more, if any needs them).</summary>
    public async Task<RuleMoment> MomentAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var plain = new RuleMoment(now);
        if (!rules.Any(rule => rule.Dependencies.Population))
        {
            return plain;
        }

        var ranks = new PopulationRanksBuilder(rules);
        await foreach (var profile in ScanAsync(model, profileType, rules, cancellationToken))
        {
            try
            {
                ranks.Add(profile, plain);
            }
            catch (RuleEvaluationException error)
            {
                throw new JobFailedException("Data", error.Message);
            }
        }

        return plain with { Ranks = ranks.Build() };
    }

    /// <summary>The profiles, oldest first, all of one moment.</summary>
    public async IAsyncEnumerable<ProfileSubject> ScanAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var types = rules.SelectMany(rule => rule.Dependencies.Activities.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var paths = rules.SelectMany(rule => rule.Dependencies.RelatedAttributes).Select(attribute => (IReadOnlyList<string>)attribute.Path).ToList();
        var related = paths.Count == 0 ? RelatedProfiles.None : await RelatedProfiles.LoadAsync(store, model, profileType, paths, cancellationToken);
        await foreach (var batch in store.ReadPopulationAsync(new PopulationQuery(profileType, types), cancellationToken))
        {
            foreach (var profile in batch)
            {
                yield return new ProfileSubject(profile, related);
            }
        }
    }
}
