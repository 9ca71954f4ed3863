using System.Collections.Concurrent;
using CustomerInsights.Core.Columns;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// Builds all parts of a profile type from the store, in passes: each has as many parts as may be under way at once, and reads all activities for them
/// (see <see cref="ColumnPass"/>). Where these would be for few profiles, their activities are looked up instead.
/// </summary>
internal sealed class ColumnBuild(IProfileStore store, ColumnFiles files, long memoryBytes)
{
    // A row that is passed over takes less than a tenth of the time that looking one up takes.
    private const int FewestOf = 12;

    private long _memory;

    /// <summary>The parts, by number. Each is right at a moment of its own: what changed since the build began has to be read after it.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="progress">Told how many profiles are done.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<HeldPart>> RunAsync(string type, ColumnSchema schema, Action<long> progress, CancellationToken cancellationToken)
    {
        var counting = store.CountAsync(cancellationToken).AsTask();
        var activities = await store.ActivityExtentAsync(ColumnPass.ActivityRange, cancellationToken);
        var ends = await store.ColumnRangesAsync(type, ColumnSink.PartRows, cancellationToken);
        var everybody = (await counting).Sum(count => count.Value);
        var ranges = ends.Select((end, index) => new ColumnRange(type, index == 0 ? 0 : ends[index - 1], end)).ToList();
        var perProfile = activities.Count / (double)Math.Max(1, everybody);
        var size = PassSize(ranges.Count, perProfile * ColumnPass.BytesOf(schema, activities.DocumentBytes));
        var parts = new List<StoredPart>();
        var told = 0L;
        Action<int> done = rows => progress(Interlocked.Add(ref told, rows));
        if (Math.Min((long)size * ColumnSink.PartRows, OfType(type, await counting)) * FewestOf < everybody)
        {
            parts.AddRange(await LookedUpAsync(schema, ranges, done, cancellationToken));
        }
        else
        {
            foreach (var pass in ranges.Chunk(Math.Max(1, size)))
            {
                parts.AddRange(await new ColumnPass(store, schema, Kept).RunAsync(pass, activities.Ranges, perProfile, done, cancellationToken));
            }
        }

        return [.. parts.Select(part => new HeldPart(part, null))];
    }

    private static long OfType(string type, IReadOnlyList<KeyValuePair<string, long>> counts) => counts.Where(count => count.Key == type).Sum(count => count.Value);

    // Half the budget for what is under way; passes of one size.
    private int PassSize(int parts, double profileBytes)
    {
        var most = (int)Math.Clamp(memoryBytes / 2 / Math.Max(1, profileBytes * ColumnSink.PartRows), 0, NodeRows.MaxParts);
        if (most == 0 || parts == 0)
        {
            return most;
        }

        var passes = (parts + most - 1) / most;
        return (parts + passes - 1) / passes;
    }

    private async Task<IEnumerable<StoredPart>> LookedUpAsync(ColumnSchema schema, List<ColumnRange> ranges, Action<int> done, CancellationToken cancellationToken)
    {
        var parts = new ConcurrentDictionary<int, IReadOnlyList<StoredPart>>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, ranges.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var type = ranges[index].ProfileType;
                var sink = new ColumnSink(new Dictionary<string, ColumnSchema>(StringComparer.Ordinal) { [type] = schema });
                await store.ReadColumnsAsync(ranges[index], sink, token);
                parts[index] = [.. sink.Parts(type).Select(Kept)];
                done(parts[index].Sum(part => part.Part.Rows));
            });
        return parts.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value);
    }

    // Past the budget: written at once, and only its numbers stay in memory.
    private StoredPart Kept(ColumnPart part) =>
        Interlocked.Add(ref _memory, part.Bytes) > memoryBytes ? files.Open(files.Write(part), static _ => false) : new StoredPart(part, part.Bytes, null);
}
