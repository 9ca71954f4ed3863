using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Told when a definition was deleted, so that its slice can clear what hung on it.</summary>
internal interface IDefinitionFollower
{
    string Kind { get; }

    ValueTask DeletedAsync(string name, CancellationToken cancellationToken);

    /// <summary>Clears what still hangs on definitions that are gone: the host ended between a deletion and its clearing.</summary>
    /// <param name="defined">The names that there are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask SweepAsync(IReadOnlySet<string> defined, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>The definitions and the model that they make; every change goes through here and is checked as a whole first.</summary>
internal sealed class MetadataService(IDefinitionStore definitions, IRecordStore records, IEnrichmentStore enrichments, IEnumerable<IDefinitionFollower> followers) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private Cached? _cached;
    private long _revision;

    /// <summary>What an attempted change led to: the definitions as they stand, or the faults that stopped it.</summary>
    public sealed record Outcome(IReadOnlyList<Definition?> Definitions, IReadOnlyList<DefinitionFault> Faults, IReadOnlyList<DefinitionFault> Warnings)
    {
        public bool Done => Faults.Count == 0;
    }

    /// <summary>Grows with every change of definitions that is made here: who keeps something of a model asks again when it has grown.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>The model of now.</summary>
    public async ValueTask<InsightsModel> ModelAsync(CancellationToken cancellationToken)
    {
        var all = await definitions.SnapshotAsync(cancellationToken);
        return Model(all, await KeptAsync(cancellationToken));
    }

    /// <summary>The model as it would be with changes, without making them; and what would be wrong that is not wrong now.</summary>
    public async ValueTask<(InsightsModel Model, IReadOnlyList<DefinitionFault> NewFaults)> TryAsync(
        IReadOnlyList<DefinitionChange> changes, Discovered discovered, CancellationToken cancellationToken)
    {
        var all = await definitions.SnapshotAsync(cancellationToken);
        var kept = await KeptAsync(cancellationToken);
        var before = kept.Read();
        var known = Model(all, kept).Faults.ToHashSet();
        var proposed = ModelBuilder.Build(Proposed(all, changes), new Discovered(With(before.Streams, discovered.Streams), With(before.Enrichments, discovered.Enrichments)));
        var touched = changes.Select(change => (change.Kind, change.Name)).ToHashSet();

        // What is put now must be right; what was broken before and is not touched blocks nobody.
        var faults = proposed.Faults.Where(fault => touched.Contains((fault.Kind, fault.Name)) || !known.Contains(fault)).ToList();
        return (proposed, faults);
    }

    /// <summary>Makes the changes, all or none, if nothing is wrong with the whole.</summary>
    public async ValueTask<Outcome> ApplyAsync(
        IReadOnlyList<DefinitionChange> changes, Discovered discovered, string actor, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var (_, faults) = await TryAsync(changes, discovered, cancellationToken);
            var errors = faults.Where(fault => !fault.Warning).ToList();
            if (errors.Count > 0)
            {
                return new Outcome([], errors, []);
            }

            foreach (var (name, fields) in discovered.Streams)
            {
                await records.EnsureStreamAsync(name, fields, cancellationToken);
            }

            foreach (var (name, description) in discovered.Enrichments)
            {
                await enrichments.DescribeAsync(name, Json.Write(description), cancellationToken);
            }

            var done = await definitions.ApplyAsync(changes, actor, cancellationToken);
            Interlocked.Increment(ref _revision);
            foreach (var change in changes.Where(change => change.Document is null))
            {
                foreach (var follower in followers.Where(follower => follower.Kind == change.Kind))
                {
                    // The definition is gone for good: a caller who hangs up must not leave what hung on it behind.
                    await follower.DeletedAsync(change.Name, CancellationToken.None);
                }
            }

            return new Outcome(done, [], faults);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Keeps what a plugin said of an enrichment that is stored; true when it differs from what was known, and the model with it.</summary>
    public async ValueTask<bool> DescribeAsync(string enrichment, EnrichmentDescription description, CancellationToken cancellationToken)
    {
        var changed = await enrichments.DescribeAsync(enrichment, Json.Write(description), cancellationToken);
        if (changed)
        {
            Interlocked.Increment(ref _revision);
        }

        return changed;
    }

    /// <summary>At the start: completes deletions that the end of the host interrupted.</summary>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        var all = (await definitions.SnapshotAsync(cancellationToken)).ToLookup(definition => definition.Kind, definition => definition.Name, StringComparer.Ordinal);
        foreach (var follower in followers)
        {
            await follower.SweepAsync(all[follower.Kind].ToHashSet(StringComparer.Ordinal), cancellationToken);
        }
    }

    public void Dispose() => _one.Dispose();

    // One reference, so that readers on other threads see both parts or neither.
    private sealed record Cached(string Key, InsightsModel Model);

    private InsightsModel Model(IReadOnlyList<Definition> all, Kept kept)
    {
        var key = string.Join('\n', all.Select(definition => $"{definition.Kind}/{definition.Name}@{definition.Version}"))
            + Json.Write(kept.Streams.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList())
            + string.Join('\n', kept.Descriptions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        if (_cached is { } cached && cached.Key == key)
        {
            return cached.Model;
        }

        var model = ModelBuilder.Build(all, kept.Read());
        _cached = new Cached(key, model);
        return model;
    }

    private async ValueTask<Kept> KeptAsync(CancellationToken cancellationToken) => new(
        (await records.ListStreamsAsync(cancellationToken)).ToDictionary(stream => stream.Name, stream => stream.Fields, StringComparer.Ordinal),
        await enrichments.DescriptionsAsync(cancellationToken));

    // As it is stored: every question asks for the model, and few find another than the last one.
    private sealed record Kept(IReadOnlyDictionary<string, IReadOnlyList<StreamField>> Streams, IReadOnlyDictionary<string, string> Descriptions)
    {
        public Discovered Read() => new(Streams, Descriptions.ToDictionary(pair => pair.Key, pair => Json.Read<EnrichmentDescription>(pair.Value), StringComparer.Ordinal));
    }

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> known, IReadOnlyDictionary<string, T> found)
    {
        var all = new Dictionary<string, T>(known, StringComparer.Ordinal);
        foreach (var (name, value) in found)
        {
            all[name] = value;
        }

        return all;
    }

    private static Dictionary<(string Kind, string Name), Definition>.ValueCollection Proposed(IReadOnlyList<Definition> all, IReadOnlyList<DefinitionChange> changes)
    {
        var byName = all.ToDictionary(definition => (definition.Kind, definition.Name));
        foreach (var change in changes)
        {
            if (change.Document is null)
            {
                byName.Remove((change.Kind, change.Name));
            }
            else
            {
                byName[(change.Kind, change.Name)] = new Definition(change.Kind, change.Name, 0, change.Document, default, "");
            }
        }

        return byName.Values;
    }
}
