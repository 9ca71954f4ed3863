using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>The profiles at the other end of the relationships that rules ask for, by the value that refers to them.</summary>
internal sealed class RelatedProfiles
{
    private readonly Dictionary<string, (string Attribute, Dictionary<string, ProfileSubject> ByKey)> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<long, ProfileSubject>> _linked = new(StringComparer.Ordinal);

    /// <summary>No relationships.</summary>
    public static RelatedProfiles None { get; } = new();

    public ProfileSubject? Find(string relationship, ProfileSubject from) =>
        _linked.TryGetValue(relationship, out var byNumber) ? byNumber.GetValueOrDefault(from.Number)
        : _byName.TryGetValue(relationship, out var related)
        && from.Attribute(related.Attribute) is { IsMissing: false } key
        && related.ByKey.TryGetValue(key.ToString(), out var found)
            ? found
            : null;

    /// <summary>Loads the targets of relationships; a path of several is followed to its end.</summary>
    public static async Task<RelatedProfiles> LoadAsync(
        IProfileStore store, IProfileLinkStore links, InsightsModel model, string profileType, IEnumerable<IReadOnlyList<string>> paths, CancellationToken cancellationToken)
    {
        var result = new RelatedProfiles();
        foreach (var step in paths.Where(path => path.Count > 0).GroupBy(path => path[0], StringComparer.Ordinal))
        {
            if (model.Links.FirstOrDefault(link => link.From == profileType && link.As == step.Key) is { } link)
            {
                var beyond = await LoadAsync(store, links, model, link.To, step.Select(path => (IReadOnlyList<string>)[.. path.Skip(1)]), cancellationToken);
                result._linked[step.Key] = await LinkedAsync(store, links, link, beyond, cancellationToken);
                continue;
            }

            if (!model.ProfileTypes[profileType].Relationships.TryGetValue(step.Key, out var relationship))
            {
                continue;
            }

            var further = await LoadAsync(store, links, model, relationship.To, step.Select(path => (IReadOnlyList<string>)[.. path.Skip(1)]), cancellationToken);
            var byKey = new Dictionary<string, ProfileSubject>(StringComparer.Ordinal);
            await foreach (var batch in store.ReadPopulationAsync(new PopulationQuery(relationship.To, []), cancellationToken))
            {
                foreach (var profile in batch)
                {
                    // The oldest profile wins where several have the value, so that the answer does not depend on the order of reading.
                    var subject = new ProfileSubject(profile, further);
                    var key = subject.Attribute(relationship.TargetAttribute);
                    if (!key.IsMissing)
                    {
                        byKey.TryAdd(key.ToString(), subject);
                    }
                }
            }

            result._byName[step.Key] = (relationship.Attribute, byKey);
        }

        return result;
    }

    /// <summary>Whom each profile points at by a link, by number.</summary>
    public static async Task<Dictionary<long, long>> TargetsAsync(IProfileLinkStore links, LinkModel link, CancellationToken cancellationToken)
    {
        var targets = new Dictionary<long, long>();
        await foreach (var (from, to) in links.ReadTargetsAsync(link.From, link.Kind, cancellationToken))
        {
            targets[from] = to;
        }

        if (link.Kind == LinkKind.Parent)
        {
            // Nobody on a circle has a parent, here as in the hierarchy's own routes.
            foreach (var one in Core.Unification.Accounts.ParentCycles.Find(targets).SelectMany(circle => circle))
            {
                targets.Remove(one);
            }
        }

        return targets;
    }

    // An account or a parent: found by what the records point at and not by a value.
    private static async Task<Dictionary<long, ProfileSubject>> LinkedAsync(
        IProfileStore store, IProfileLinkStore links, LinkModel link, RelatedProfiles further, CancellationToken cancellationToken)
    {
        var targets = await TargetsAsync(links, link, cancellationToken);
        var wanted = targets.Values.ToHashSet();
        var subjects = new Dictionary<long, ProfileSubject>();
        await foreach (var batch in store.ReadPopulationAsync(new PopulationQuery(link.To, []), cancellationToken))
        {
            foreach (var profile in batch.Where(profile => wanted.Contains(profile.Number)))
            {
                subjects[profile.Number] = new ProfileSubject(profile, further);
            }
        }

        return targets.Where(pair => subjects.ContainsKey(pair.Value)).ToDictionary(pair => pair.Key, pair => subjects[pair.Value]);
    }
}
