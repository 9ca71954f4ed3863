using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// Builds some parts at once: reads their profiles and nodes, then all activities in the order in which the store keeps them, each of which goes to the part of its
/// node's profile. All cores read and encode, each a range at a time.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="schema">The columns.</param>
/// <param name="keep">Told each part as soon as it is whole; may be called by several threads.</param>
internal sealed class ColumnPass(IProfileStore store, ColumnSchema schema, Func<ColumnPart, StoredPart> keep)
{
    /// <summary>Activities in a range: so few that all cores end at about the same time.</summary>
    public const int ActivityRange = 262_144;

    // A guess must not take memory that a wrong one would not give back: ten activities for each profile of a part, and some.
    private const int MostExpected = 2_097_152;

    private readonly Dictionary<string, int> _types = schema.Activities.Keys.Index().ToDictionary(type => type.Item, type => type.Index, StringComparer.Ordinal);

    /// <summary>What an activity takes while its part is under way, at most, about: its numbers in lists that may have grown to twice that, and all of its document as if no text were there twice.</summary>
    public static double BytesOf(ColumnSchema schema, double documentBytes) =>
        60 + (20 * schema.Activities.Values.Select(fields => fields.Count).DefaultIfEmpty().Max()) + documentBytes;

    /// <summary>The parts of the ranges, in their order.</summary>
    /// <param name="ranges">Profiles, a part each.</param>
    /// <param name="activities">All activities.</param>
    /// <param name="perProfile">How many activities a profile has, about.</param>
    /// <param name="done">Told how many profiles are done.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<StoredPart>> RunAsync(
        IReadOnlyList<ColumnRange> ranges, IReadOnlyList<ActivityRange> activities, double perProfile, Action<int> done, CancellationToken cancellationToken)
    {
        var profiles = new ColumnPart[ranges.Count];
        var nodes = await ProfilesAsync(ranges, profiles, cancellationToken);
        var tables = profiles.Select(part => new ActivityTablesBuilder(schema.Activities, part.Rows, (int)Math.Min(MostExpected, 1.05 * perProfile * part.Rows))).ToArray();
        if (_types.Count > 0)
        {
            await ActivitiesAsync(activities, nodes, tables, cancellationToken);
        }

        var parts = new StoredPart[ranges.Count];
        await Parallel.ForAsync(0, parts.Length, Options(cancellationToken), (index, _) =>
        {
            var part = profiles[index];
            parts[index] = keep(new ColumnPart(part.Rows, part.NumberSection, part.IdSection, part.Attributes, tables[index].Build()));
            done(part.Rows);
            return ValueTask.CompletedTask;
        });
        return [.. parts.Where(part => part.Part.Rows > 0)];
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private async Task<NodeRows> ProfilesAsync(IReadOnlyList<ColumnRange> ranges, ColumnPart[] parts, CancellationToken cancellationToken)
    {
        var nodes = new NodeRows();
        await Parallel.ForEachAsync(Enumerable.Range(0, ranges.Count), Options(cancellationToken), async (index, token) =>
        {
            var range = ranges[index];
            var sink = new ProfileSink(schema, (int)Math.Min(range.UpTo - range.After, ColumnSink.PartRows));
            await store.ReadColumnProfilesAsync(range, sink, token);
            parts[index] = sink.Part();
            lock (nodes)
            {
                sink.Tell(nodes, index);
            }
        });
        return nodes;
    }

    private async Task ActivitiesAsync(IReadOnlyList<ActivityRange> activities, NodeRows nodes, ActivityTablesBuilder[] tables, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(activities.Index(), Options(cancellationToken), async (range, token) =>
        {
            var sink = new ActivitySink(nodes, _types, tables, range.Index * tables.Length / Environment.ProcessorCount);
            await store.ReadColumnActivitiesAsync(range.Item, sink, token);
            sink.Flush();
        });
}
