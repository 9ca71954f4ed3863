using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Tests.Identities;

/// <content>What comes in: events as the projector writes them, and records of files.</content>
internal sealed partial class IdentityWorld
{
    /// <summary>An identify call; null for an id that it does not name.</summary>
    public async Task IdentifyAsync(string source, string? user, string? anonymous, int second, params (string Name, string Value)[] traits)
    {
        var named = Named(user, anonymous);
        for (var i = 0; i < named.Length; i++)
        {
            await RecordAsync(source + ".identities", named[i], second, i == 0 ? traits : []);
        }

        await TieAsync(source, "identify:" + source, named, second);
    }

    /// <summary>So many browsers, each identified as one user, in one go.</summary>
    public async Task IdentifyManyAsync(string source, string user, int count)
    {
        var stream = _streams[source + ".identities"];
        string[] keys = ["user_id/" + user, .. Enumerable.Range(0, count).Select(i => $"anonymous_id/many{i}")];
        var run = await Store.Records.BeginRunAsync(stream, Guid.NewGuid().ToString(), false, CancellationToken.None);
        foreach (var some in keys.Chunk(5000))
        {
            await Store.Records.WriteAsync(new RecordWrite(run.Id, [.. some.Select(key => new IncomingRecord(key, ValueDocument.Write([])))], [], null), CancellationToken.None);
            await Store.Activities.ProjectAsync(new ProjectionBatch(stream, new ProjectionPosition(++_sequence, "m"), false, false, [.. some.Select(key => KeyValuePair.Create(key, true))], [], []), CancellationToken.None);
        }

        await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, CancellationToken.None);
        _runs.Remove(source + ".identities");
        var nodes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var node in Store.Profiles.ReadNodesAsync(stream, CancellationToken.None))
        {
            nodes[node.Key] = node.Id;
        }

        foreach (var some in keys.Skip(1).Select((key, i) => (Node: nodes[key], At: At(i))).Chunk(5000))
        {
            await Store.Identities.TellAsync(
                Type, [.. some.Select(one => new StoredEdge(nodes[keys[0]], one.Node, Storage.Profiles.EdgeKind.Asserted, "identify:" + source, 1) { At = one.At })], CancellationToken.None);
        }
    }

    /// <summary>A track call, which becomes an activity.</summary>
    public async Task TrackAsync(string source, string id, string? user, string? anonymous, int second)
    {
        await IdentifyAsync(source, user, anonymous, second);
        var key = Named(user, anonymous)[0];
        _activities[id] = (_streams[source + ".identities"], key);
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(
                _streams[source + ".events"], new ProjectionPosition(++_sequence, ""), false, false, [], [new ProjectedActivity(id, "visit", At(second), _streams[source + ".identities"], key, ValueDocument.Write([]))], []),
            CancellationToken.None);
    }

    /// <summary>An alias call.</summary>
    public async Task AliasAsync(string source, string user, string previous, int second)
    {
        string[] named = ["user_id/" + user, "user_id/" + previous];
        foreach (var key in named)
        {
            await RecordAsync(source + ".identities", key, second);
        }

        await TieAsync(source, "alias:" + source, named, second);
    }

    /// <summary>A record of a file; the next run looks at it.</summary>
    public Task ImportAsync(string key, params (string Name, string Value)[] fields) => RecordAsync("crm.contacts", key, 0, fields);

    private static string[] Named(string? user, string? anonymous) => [.. new[] { user is null ? null : "user_id/" + user, anonymous is null ? null : "anonymous_id/" + anonymous }.OfType<string>()];

    // A trait is what the event with the latest time said, whenever it came; of two of one time the larger text.
    private async Task RecordAsync(string stream, string key, int second, params (string Name, string Value)[] traits)
    {
        if (!_traits.TryGetValue((stream, key), out var known))
        {
            _traits.Add((stream, key), known = new(StringComparer.Ordinal));
        }

        foreach (var (name, value) in traits)
        {
            if (!known.TryGetValue(name, out var there) || (At(second), value).CompareTo(there) > 0)
            {
                known[name] = (At(second), value);
            }
        }

        var values = known.Select(pair => KeyValuePair.Create(pair.Key, Value.Of(pair.Value.Value)));
        if (Core.Unification.Identities.Identifier.OfKey(key) is { } own && stream != "crm.contacts")
        {
            values = values.Append(KeyValuePair.Create(own.Type, Value.Of(own.Value)));
        }

        if (!_runs.TryGetValue(stream, out var run))
        {
            _runs.Add(stream, run = (await Store.Records.BeginRunAsync(_streams[stream], Guid.NewGuid().ToString(), false, CancellationToken.None)).Id);
        }

        await Store.Records.WriteAsync(new RecordWrite(run, [new IncomingRecord(key, ValueDocument.Write([.. values.OrderBy(pair => pair.Key, StringComparer.Ordinal)]))], [], null), CancellationToken.None);
        await Store.Activities.ProjectAsync(new ProjectionBatch(_streams[stream], new ProjectionPosition(++_sequence, "m"), false, false, [KeyValuePair.Create(key, true)], [], []), CancellationToken.None);
    }

    private async Task TieAsync(string source, string rule, string[] named, int second)
    {
        if (named.Length < 2)
        {
            return;
        }

        var nodes = new List<long>();
        await foreach (var node in Store.Profiles.ReadNodesAsync(_streams[source + ".identities"], CancellationToken.None))
        {
            if (named.Contains(node.Key))
            {
                nodes.Add(node.Id);
            }
        }

        Require(nodes.Count == 2, $"No two nodes of {string.Join(' ', named)}.");
        await Store.Identities.TellAsync(Type, [new StoredEdge(nodes.Min(), nodes.Max(), Storage.Profiles.EdgeKind.Asserted, rule, 1) { At = At(second) }], CancellationToken.None);
    }
}
