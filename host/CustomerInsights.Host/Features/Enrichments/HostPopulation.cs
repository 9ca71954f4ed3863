using System.Runtime.CompilerServices;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>
/// Whom an enrichment may see, of one moment, as the SDK hands them over: the declared attributes and activities, the answers to its conditions and nothing else,
/// members of its segment only, and nobody who has not consented to its purpose. What conditions read beyond that is read in the same pass and stays here.
/// </summary>
internal sealed class HostPopulation : IPopulation, IAsyncDisposable
{
    private readonly EnrichmentModel _enrichment;
    private readonly EnrichmentDescriptor _descriptor;
    private readonly IPopulationSnapshot _snapshot;
    private readonly IProfileStore _profiles;
    private readonly RelatedProfiles _related;
    private readonly InsightsModel _model;
    private readonly long[]? _members;
    private readonly ConditionAnswers _conditions;
    private readonly Dictionary<string, (DateTimeOffset? Since, IReadOnlyList<string> Fields)> _activities;

    private HostPopulation(
        InsightsModel model, EnrichmentModel enrichment, EnrichmentDescriptor descriptor, DateTimeOffset asOf, IPopulationSnapshot snapshot, IProfileStore profiles, RelatedProfiles related, long[]? members, ConditionAnswers conditions)
    {
        (_model, _enrichment, _descriptor, AsOf, _snapshot, _profiles, _related, _members, _conditions) = (model, enrichment, descriptor, asOf, snapshot, profiles, related, members, conditions);
        _activities = descriptor.Activities.ToDictionary(selection => selection.ActivityType, selection => (selection.Since, selection.Fields), StringComparer.Ordinal);
    }

    public long Count { get; private set; }

    public DateTimeOffset AsOf { get; }

    /// <summary>Who is not handed over for the purpose, by reason.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>Opens it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="enrichment">The enrichment.</param>
    /// <param name="descriptor">What it said now.</param>
    /// <param name="asOf">The moment that counts as now.</param>
    /// <param name="profiles">Profiles.</param>
    /// <param name="links">Whom they point at.</param>
    /// <param name="segments">Who is a member of what.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<HostPopulation> OpenAsync(
        InsightsModel model, EnrichmentModel enrichment, EnrichmentDescriptor descriptor, DateTimeOffset asOf, IProfileStore profiles, IProfileLinkStore links, ISegmentStore segments, CancellationToken cancellationToken)
    {
        var members = enrichment.Document.Segment is { } segment ? await segments.MembersAsync(segment, cancellationToken) : null;
        var conditions = await ConditionAnswers.OpenAsync(enrichment.Conditions, asOf, segments, cancellationToken);
        var asked = enrichment.Conditions.Select(condition => condition.Rule.Dependencies).ToList();
        var paths = enrichment.Reads.Select(rule => rule.Dependencies).Concat(asked).SelectMany(rule => rule.RelatedAttributes).Select(attribute => (IReadOnlyList<string>)attribute.Path).ToList();
        var related = paths.Count == 0 ? RelatedProfiles.None : await RelatedProfiles.LoadAsync(profiles, links, model, descriptor.ProfileType, paths, cancellationToken);
        var query = new PopulationQuery(
            descriptor.ProfileType,
            [.. descriptor.Activities.Select(selection => selection.ActivityType).Concat(asked.SelectMany(rule => rule.Activities.Keys)).Distinct(StringComparer.Ordinal)],
            Math.Clamp(descriptor.MaxBatch, 1, 10_000),
            Identifiers: enrichment is { Purpose: not null, Document.Channel: not null } || asked.Any(rule => rule.Channels.Count > 0));
        var population = new HostPopulation(
            model, enrichment, descriptor, asOf, await profiles.OpenPopulationAsync(query, cancellationToken), profiles, related, members, conditions);
        try
        {
            await population.CountAsync(cancellationToken);
            return population;
        }
        catch
        {
            await population.DisposeAsync();
            throw;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in ReadNumberedAsync(afterProfileId is null ? 0 : await NumberAsync(afterProfileId, cancellationToken), cancellationToken))
        {
            yield return [.. batch.Select(profile => profile.Input)];
        }
    }

    /// <summary>As the SDK's pass, with the profiles' numbers.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(long Number, ProfileInput Input)>> ReadNumberedAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var moment = new RuleMoment(AsOf);
        await foreach (var batch in _snapshot.ReadAsync(after, cancellationToken))
        {
            var handed = batch.Where(IsMember).Select(profile => (Profile: profile, Subject: new ProfileSubject(profile, _related, _model.Consent.Policy)))
                .Where(one => !IsLeftOut(one.Subject, null)).Select(one => (one.Profile.Number, Input(one.Profile, one.Subject, moment))).ToList();
            if (handed.Count > 0)
            {
                yield return handed;
            }
        }
    }

    public ValueTask DisposeAsync() => _snapshot.DisposeAsync();

    // Who is left out is counted in a pass of its own, once: the plugin may pass over the others as often as it likes, or stop halfway.
    private async Task CountAsync(CancellationToken cancellationToken)
    {
        Count = _snapshot.Count;
        if (_members is null && _enrichment is not { Purpose: not null, Document.Channel: not null })
        {
            return;
        }

        Count = 0;
        await foreach (var batch in _snapshot.ReadAsync(0, cancellationToken))
        {
            Count += batch.Where(IsMember).Count(profile => !IsLeftOut(new ProfileSubject(profile, RelatedProfiles.None, _model.Consent.Policy), LeftOut));
        }
    }

    private bool IsMember(PopulationProfile profile) => _members is null || Array.BinarySearch(_members, profile.Number) >= 0;

    private bool IsLeftOut(ProfileSubject subject, LeftOut? count)
    {
        if (_enrichment is not { Purpose: { } purpose, Document.Channel: { } channel })
        {
            return false;
        }

        var reach = subject.ReachBy(channel, purpose.NeedsConsent);
        return count?.Count(reach) ?? reach != Core.Consent.Reach.Reachable;
    }

    private ProfileInput Input(PopulationProfile profile, ProfileSubject subject, RuleMoment moment)
    {
        try
        {
            return new ProfileInput(profile.Id.ToString(), [.. _enrichment.Reads.Select(rule => SourceValues.ToField(rule.Evaluate(subject, moment)))])
            {
                Activities = Activities(profile),
                Conditions = _conditions.Of(subject),
            };
        }
        catch (Exception error) when (error is RuleEvaluationException or ConditionFailedException)
        {
            throw new JobFailedException("Data", $"The profile {profile.Id} cannot be handed to the enrichment '{_enrichment.Name}': {error.Message}");
        }
    }

    private List<ActivityInput> Activities(PopulationProfile profile)
    {
        var inputs = new List<ActivityInput>(profile.Activities.Count);
        foreach (var activity in profile.Activities)
        {
            // What only conditions read is not handed over.
            if (!_activities.TryGetValue(activity.Type, out var selection) || activity.At < selection.Since)
            {
                continue;
            }

            var fields = selection.Fields;
            var values = fields.Count == 0 ? [] : ValueDocument.Read(activity.Document);
            inputs.Add(new ActivityInput(activity.Type, activity.Id, activity.At, [.. fields.Select(field => SourceValues.ToField(values.GetValueOrDefault(field)))]));
        }

        return inputs;
    }

    private async ValueTask<long> NumberAsync(string id, CancellationToken cancellationToken) =>
        ProfileId.TryParse(id, out var parsed) && await _profiles.FindAsync(parsed, cancellationToken) is { } profile
            ? profile.Number
            : throw new PluginException(FailureKind.Bug, $"There is no profile '{(id.Length > 40 ? id[..40] : id)}' to begin behind.");
}
