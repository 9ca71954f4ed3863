using System.Runtime.CompilerServices;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>A population of one moment, on a connection of its own.</summary>
internal sealed class HeldPopulation(HeldSnapshot held, PopulationQuery query, long count) : IPopulationSnapshot
{
    public long Count => count;

    public async IAsyncEnumerable<IReadOnlyList<PopulationProfile>> ReadAsync(long afterNumber, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = Math.Clamp(query.BatchSize, 1, 10_000);
        var behind = query with { AfterNumber = afterNumber };
        await foreach (var batch in held.StreamAsync(db => Population.Read(db, behind).Chunk(size), chunk: 1, cancellationToken))
        {
            yield return batch;
        }
    }

    public ValueTask DisposeAsync() => held.DisposeAsync();
}
