using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>The population as a plugin sees it; every batch that it takes shows that it is alive, as a fit may pass over everyone before it says a word.</summary>
internal sealed class WatchedPopulation(IPopulation inner, PluginContext context) : IPopulation
{
    public long Count => inner.Count;

    public DateTimeOffset AsOf => inner.AsOf;

    public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in inner.ReadAsync(afterProfileId, cancellationToken))
        {
            context.Signs.Show();
            yield return batch;
        }
    }
}
