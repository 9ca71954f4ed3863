using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>Where a profile's values come from, and which lost: the policy's merge is asked again over the profile's records.</summary>
internal sealed class AttributeSources(ActivePolicies policies, MetadataService metadata, IProfileStore profiles, IRecordStore records, TimeProvider clock)
{
    /// <summary>All attributes of the type in its order, then those that unification adds.</summary>
    public async Task<IReadOnlyList<ProfileAttributeResponse>> OfAsync(StoredProfile profile, CancellationToken cancellationToken)
    {
        var near = await profiles.NeighbourhoodAsync([profile.Id], cancellationToken);
        var names = near.Nodes.ToDictionary(node => node.Id, node => new RecordReference(node.Stream, node.Key));
        var merge = await MergeAsync(profile.Type, near, cancellationToken);
        var changed = await ChangedAsync(names.Values, cancellationToken);
        var type = (await metadata.ModelAsync(cancellationToken)).ProfileTypes.GetValueOrDefault(profile.Type)?.Document.Attributes;
        var (values, provenance) = (ValueDocument.Read(profile.Attributes), Provenance.Read(profile.Provenance));
        return
        [
            .. (type?.Keys ?? []).Concat(values.Keys).Distinct(StringComparer.Ordinal).Select(name =>
            {
                var from = provenance.TryGetValue(name, out var node) ? names.GetValueOrDefault(node) : null;
                var candidates = merge?.Candidates(name) ?? [];
                var chosen = candidates.FirstOrDefault(candidate => candidate.Node == node);
                var field = type?.GetValueOrDefault(name);
                return new ProfileAttributeResponse(
                    name,
                    values.TryGetValue(name, out var value) ? PlainJson.Of(value) : null,
                    field?.SemanticType,
                    field?.Description,
                    from,
                    from is null ? null : chosen.Field,
                    from is null ? null : changed.GetValueOrDefault(from),
                    merge?.RuleOf(name),
                    [
                        .. candidates.Where(candidate => candidate.Node != node && names.ContainsKey(candidate.Node)).Select(candidate => new OtherValue(
                            PlainJson.Of(candidate.Value), names[candidate.Node], candidate.Field, changed.GetValueOrDefault(names[candidate.Node]))),
                    ]);
            }),
        ];
    }

    // Without a usable policy the values stand with their records, and nothing can be said of the others.
    private async Task<Merge?> MergeAsync(string type, ProfileNeighbourhood near, CancellationToken cancellationToken)
    {
        try
        {
            var policy = await policies.OfAsync(type, cancellationToken);
            var streams = NodeReading.Streams(policy.Model, policy.Unification, near.Nodes, new RuleMoment(clock.GetUtcNow()));
            return new Merge(policy.Unification.Policy, streams, new Cluster([.. near.Nodes.Select(node => node.Id).Order()]));
        }
        catch (JobFailedException)
        {
            return null;
        }
    }

    private async Task<Dictionary<RecordReference, DateTimeOffset?>> ChangedAsync(IEnumerable<RecordReference> references, CancellationToken cancellationToken)
    {
        var changed = new Dictionary<RecordReference, DateTimeOffset?>();
        foreach (var stream in references.Distinct().GroupBy(reference => reference.Stream, StringComparer.Ordinal))
        {
            var stored = await records.FindStreamAsync(stream.Key, cancellationToken);
            foreach (var reference in stream.Where(_ => stored is not null))
            {
                changed[reference] = (await records.FindAsync(stored!.Number, reference.Key, cancellationToken))?.ChangedAt;
            }
        }

        return changed;
    }

    private sealed class Merge(UnificationPolicy policy, IReadOnlyList<SourceStream> streams, Cluster cluster)
    {
        private readonly ProfileMerger _merger = new(policy, new UnificationInput { Streams = streams });

        public IReadOnlyList<MergeCandidate> Candidates(string attribute) => _merger.Attributes.Contains(attribute) ? _merger.Candidates(cluster, attribute) : [];

        public MergeKind? RuleOf(string attribute) =>
            policy.Merge.Attributes.FirstOrDefault(one => one.Name == attribute)?.Kind ?? policy.Merge.Groups.FirstOrDefault(group => group.Attributes.Contains(attribute))?.Kind;
    }
}
