using System.Collections.Concurrent;
using CustomerInsights.Core.Columns;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Builds all parts of a profile type from the store: ranges of profiles side by side, each read and encoded by one thread.</summary>
internal sealed class ColumnBuild(IProfileStore store, ColumnFiles files, long memoryBytes)
{
    /// <summary>The parts, by number. Each is right at a moment of its own: what changed since the build began has to be read after it.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="progress">Told how many profiles are done.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<HeldPart>> RunAsync(string type, ColumnSchema schema, Action<long> progress, CancellationToken cancellationToken)
    {
        var ends = await store.ColumnRangesAsync(type, ColumnSink.PartRows, cancellationToken);
        var schemas = new Dictionary<string, ColumnSchema>(StringComparer.Ordinal) { [type] = schema };
        var parts = new ConcurrentDictionary<int, IReadOnlyList<StoredPart>>();
        var (done, memory) = (0L, 0L);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, ends.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var sink = new ColumnSink(schemas);
                await store.ReadColumnsAsync(new ColumnRange(type, index == 0 ? 0 : ends[index - 1], ends[index]), sink, token);
                parts[index] = [.. sink.Parts(type).Select(part => Interlocked.Add(ref memory, part.Bytes) > memoryBytes ? Mapped(part) : new StoredPart(part, part.Bytes, null))];
                progress(Interlocked.Add(ref done, parts[index].Sum(part => part.Part.Rows)));
            });
        return [.. parts.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value).Select(part => new HeldPart(part, null))];
    }

    // Past the budget: written at once, and only its numbers stay in memory.
    private StoredPart Mapped(ColumnPart part) => files.Open(files.Write(part), static _ => false);
}
