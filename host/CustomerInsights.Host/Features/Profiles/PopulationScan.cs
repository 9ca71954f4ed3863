using System.Runtime.CompilerServices;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>Streams all profiles of a type as rules need them: with the activities, relationships and ranks that they name and nothing else.</summary>
internal sealed class PopulationScan(IProfileStore store, IProfileLinkStore links)
{
    /// <summary>The moment at which rules are evaluated, with the ranks that they need (one pass more, if any needs them).</summary>
    /// <param name="model">The model.</param>
    /// <param name="profileType">Whose profiles.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="now">The instant.</param>
    /// <param name="prepare">Brings a profile up to date before it is ranked; null when it is as it is stored.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<RuleMoment> MomentAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, DateTimeOffset now, Action<ProfileSubject, RuleMoment>? prepare, CancellationToken cancellationToken)
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
                prepare?.Invoke(profile, plain);
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
    public IAsyncEnumerable<ProfileSubject> ScanAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken) =>
        ScanAsync(model, profileType, rules, rules.Any(rule => rule.Dependencies.Channels.Count > 0), cancellationToken);

    /// <summary>As the other, with who can be reached though no rule may ask.</summary>
    public async IAsyncEnumerable<ProfileSubject> ScanAsync(
        InsightsModel model, string profileType, IReadOnlyList<BoundRule> rules, bool identifiers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var types = rules.SelectMany(rule => rule.Dependencies.Activities.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var paths = rules.SelectMany(rule => rule.Dependencies.RelatedAttributes).Select(attribute => (IReadOnlyList<string>)attribute.Path).ToList();
        var related = paths.Count == 0 ? RelatedProfiles.None : await RelatedProfiles.LoadAsync(store, links, model, profileType, paths, cancellationToken);
        await foreach (var batch in store.ReadPopulationAsync(new PopulationQuery(profileType, types, Identifiers: identifiers), cancellationToken))
        {
            foreach (var profile in batch)
            {
                yield return new ProfileSubject(profile, related, model.Consent.Policy);
            }
        }
    }
}
