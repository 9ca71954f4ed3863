using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Accounts;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>What a run found out about one kind of link.</summary>
/// <param name="As">The name in rules: account, parent.</param>
/// <param name="To">The type pointed at.</param>
/// <param name="Linked">Profiles that point at another.</param>
/// <param name="Orphans">Profiles that point at nobody; for parents the roots.</param>
/// <param name="OrphansDropped">Those of them that became no profile.</param>
/// <param name="UnknownKeys">Records whose foreign key names no record.</param>
/// <param name="PointingTwice">Profiles whose records point at several; the winner's word holds.</param>
/// <param name="Examples">Some of those, by records.</param>
/// <param name="Circles">Some circles of parents, by records; nobody on one has a parent.</param>
internal sealed record LinkReport(
    string As, string To, long Linked, long Orphans, long OrphansDropped, long UnknownKeys, long PointingTwice, IReadOnlyList<string> Examples, IReadOnlyList<string> Circles);

/// <summary>Resolves accounts and parents after a type was unified, and stores them before its profiles are written.</summary>
internal sealed class LinkRun(IRecordStore records, IProfileStore profiles, IProfileLinkStore links)
{
    private const int Shown = 20;
    private const int PerTransaction = 5000;

    /// <summary>Finds and stores the links of a type.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">The profile type.</param>
    /// <param name="unified">What the run found.</param>
    /// <param name="moment">For the expressions of the keys.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The result without dropped orphans, a report for each kind of link, and how many links were written.</returns>
    public async Task<(UnificationResult Result, IReadOnlyList<LinkReport> Reports, long Written)> RunAsync(
        InsightsModel model, string type, UnificationResult unified, RuleMoment moment, CancellationToken cancellationToken)
    {
        var reports = new List<LinkReport>();
        var written = 0L;
        foreach (var kind in Enum.GetValues<LinkKind>())
        {
            IReadOnlyList<NodeLink> found = [];
            if (model.Links.FirstOrDefault(link => link.From == type && link.Kind == kind) is { } link)
            {
                (unified, found, var report) = await ResolveAsync(model, link, unified, moment, cancellationToken);
                reports.Add(report);
            }

            written += await StoreAsync(type, kind, found, cancellationToken);
        }

        return (unified, reports, written);
    }

    private async Task<(UnificationResult Result, IReadOnlyList<NodeLink> Links, LinkReport Report)> ResolveAsync(
        InsightsModel model, LinkModel link, UnificationResult unified, RuleMoment moment, CancellationToken cancellationToken)
    {
        var (targets, names, unknown) = await TargetsAsync(model, link, moment, cancellationToken);
        var within = link.Kind == LinkKind.Parent;
        var owners = new Dictionary<long, long>();
        if (within)
        {
            for (var i = 0; i < unified.Profiles.Count; i++)
            {
                foreach (var node in unified.Profiles[i].Cluster.Nodes)
                {
                    owners[node] = i;
                }
            }
        }
        else
        {
            await foreach (var membership in profiles.ReadMembershipAsync(link.To, cancellationToken))
            {
                owners[membership.Node] = membership.Profile;
            }
        }

        var found = Belonging.Resolve(unified.Profiles, targets, owners, within);
        List<int> orphans = [.. Enumerable.Range(0, found.Owners.Count).Where(i => found.Owners[i] is null)];
        var dropped = link.Orphans == OrphanHandling.Drop ? orphans : [];
        var report = new LinkReport(
            link.As,
            link.To,
            found.Owners.Count - orphans.Count,
            orphans.Count,
            dropped.Count,
            unknown,
            found.Conflicts.Count,
            [.. found.Conflicts.Take(Shown).Select(conflict =>
                $"{names[conflict.Chosen.From]} points at {names[conflict.Chosen.To]}, which holds; {names[conflict.Other.From]} of the same profile points at {names[conflict.Other.To]}.")],
            within ? Circles(unified, found, names) : []);
        return (dropped.Count == 0 ? unified : Without(unified, dropped), found.Links, report);
    }

    private static List<string> Circles(UnificationResult unified, BelongingResult found, Dictionary<long, string> names)
    {
        var parents = new Dictionary<long, long>();
        for (var i = 0; i < found.Owners.Count; i++)
        {
            if (found.Owners[i] is { } parent)
            {
                parents[i] = parent;
            }
        }

        string Name(long profile) => unified.Profiles[(int)profile].Cluster.Nodes.Select(node => names.GetValueOrDefault(node)).First(name => name is not null)!;
        return [.. ParentCycles.Find(parents).Take(Shown).Select(circle => string.Join(" → ", circle.Append(circle[0]).Select(Name)))];
    }

    private static UnificationResult Without(UnificationResult unified, List<int> dropped)
    {
        var gone = dropped.ToHashSet();
        return unified with
        {
            Profiles = [.. unified.Profiles.Where((_, i) => !gone.Contains(i))],
            Dropped = [.. unified.Dropped.Concat(dropped.SelectMany(i => unified.Profiles[i].Cluster.Nodes)).Order()],
        };
    }

    // Node to node; and what the nodes of links are called, for the report.
    private async Task<(Dictionary<long, long> Targets, Dictionary<long, string> Names, long Unknown)> TargetsAsync(
        InsightsModel model, LinkModel link, RuleMoment moment, CancellationToken cancellationToken)
    {
        var targets = new Dictionary<long, long>();
        var names = new Dictionary<long, string>();
        var unknown = 0L;
        var keysOf = new Dictionary<string, Dictionary<string, long>>(StringComparer.Ordinal);
        var streams = model.Unification.TryGetValue(link.From, out var unification)
            ? unification.Streams.Select(stream => stream.Name).Where(link.Streams.ContainsKey)
            : [];
        foreach (var stream in streams)
        {
            var key = link.Streams[stream];
            if (!keysOf.TryGetValue(key.Stream, out var keys))
            {
                keysOf[key.Stream] = keys = await KeysAsync(key.Stream, cancellationToken);
            }

            await foreach (var node in NodesAsync(stream, cancellationToken))
            {
                if (KeyOf(stream, node, key.Key, moment) is not { } text)
                {
                    continue;
                }

                if (keys.TryGetValue(text, out var target))
                {
                    targets[node.Id] = target;
                    names[node.Id] = $"{stream}/{node.Key}";
                    names[target] = $"{key.Stream}/{text}";
                }
                else
                {
                    unknown++;
                }
            }
        }

        return (targets, names, unknown);
    }

    private static string? KeyOf(string stream, StoredNode node, BoundRule key, RuleMoment moment)
    {
        try
        {
            var value = key.Evaluate(new RecordSubject(ValueDocument.Read(node.Document)), moment);
            return value.IsMissing || value.ToString() is not { Length: > 0 } text ? null : text;
        }
        catch (RuleEvaluationException error)
        {
            throw new JobFailedException("Data", $"The key that '{stream}' points with fails on the record '{node.Key}': {error.Message}");
        }
    }

    private async Task<Dictionary<string, long>> KeysAsync(string stream, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var node in NodesAsync(stream, cancellationToken))
        {
            keys[node.Key] = node.Id;
        }

        return keys;
    }

    private async IAsyncEnumerable<StoredNode> NodesAsync(string stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await records.FindStreamAsync(stream, cancellationToken) is { } stored)
        {
            await foreach (var node in profiles.ReadNodesAsync(stored.Number, cancellationToken))
            {
                yield return node;
            }
        }
    }

    // Only what differs is written, so that a run that finds the same writes nothing.
    private async Task<long> StoreAsync(string type, LinkKind kind, IReadOnlyList<NodeLink> found, CancellationToken cancellationToken)
    {
        var gone = new Dictionary<long, StoredLink>();
        await foreach (var link in links.ReadAsync(type, kind, cancellationToken))
        {
            gone[link.From] = link;
        }

        var puts = new List<StoredLink>();
        foreach (var link in found.Select(link => new StoredLink(link.From, link.To, link.Rank)))
        {
            if (!gone.Remove(link.From, out var known) || known != link)
            {
                puts.Add(link);
            }
        }

        foreach (var some in puts.Chunk(PerTransaction))
        {
            await links.ApplyAsync(new LinkChanges(type, kind, some, []), cancellationToken);
        }

        foreach (var some in gone.Keys.Order().Chunk(PerTransaction))
        {
            await links.ApplyAsync(new LinkChanges(type, kind, [], some), cancellationToken);
        }

        return puts.Count + gone.Count;
    }
}
