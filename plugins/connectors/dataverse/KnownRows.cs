using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>
/// Remembers which rows were yielded, at least: 16 bytes each, in chunks by pass. While a token holds, Dataverse tells what was deleted. When it has expired
/// the whole is read again, and only who knows what was there before can tell what is gone.
/// </summary>
internal sealed class KnownRows(IPluginStorage storage, string stream)
{
    private const int ChunkIds = 32 * 1024;
    private const int MostChunks = 200;
    private const int IdBytes = 16;

    private string Prefix => $"rows/{stream}/";

    /// <summary>Remembers rows. Done before they are yielded for good: who is remembered in vain does no harm.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="part">Names the chunk: the same page read again takes the place of itself.</param>
    /// <param name="ids">The rows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AddAsync(string pass, string part, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var bytes = new byte[ids.Count * IdBytes];
        var at = 0;
        foreach (var id in ids)
        {
            id.TryWriteBytes(bytes.AsSpan(at));
            at += IdBytes;
        }

        await storage.PutAsync($"{Prefix}{pass}/{part}", bytes, ifMatch: null, expiresIn: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rows of earlier passes that this one has not met.</summary>
    public async Task<IReadOnlyCollection<Guid>> GoneAsync(string pass, CancellationToken cancellationToken)
    {
        var gone = new HashSet<Guid>();
        var keys = await KeysAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in keys.Where(key => !IsOf(key, pass)))
        {
            gone.UnionWith(await ReadAsync(key, cancellationToken).ConfigureAwait(false));
        }

        foreach (var key in keys.Where(key => IsOf(key, pass)))
        {
            gone.ExceptWith(await ReadAsync(key, cancellationToken).ConfigureAwait(false));
        }

        return gone;
    }

    /// <summary>Forgets passes before this one, which is known to be complete and stored, and puts many small chunks together.</summary>
    public async Task TidyAsync(string pass, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in keys.Where(key => !IsOf(key, pass)))
        {
            await storage.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }

        var own = keys.Where(key => IsOf(key, pass)).ToList();
        if (own.Count <= MostChunks)
        {
            return;
        }

        var all = new HashSet<Guid>();
        foreach (var key in own)
        {
            all.UnionWith(await ReadAsync(key, cancellationToken).ConfigureAwait(false));
        }

        // First the large ones, then away with the small ones: nobody is forgotten in between.
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, some) in all.Chunk(ChunkIds).Index())
        {
            await AddAsync(pass, $"all{i}", some, cancellationToken).ConfigureAwait(false);
            written.Add($"{Prefix}{pass}/all{i}");
        }

        foreach (var key in own.Where(key => !written.Contains(key)))
        {
            await storage.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsOf(string key, string pass) => key.StartsWith($"{Prefix}{pass}/", StringComparison.Ordinal);

    private async Task<List<string>> KeysAsync(CancellationToken cancellationToken)
    {
        var keys = new List<string>();
        await foreach (var key in storage.ListAsync(Prefix, cancellationToken).ConfigureAwait(false))
        {
            keys.Add(key);
        }

        return keys;
    }

    private async Task<IReadOnlyList<Guid>> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (await storage.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return [];
        }

        var ids = new Guid[stored.Value.Length / IdBytes];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = new Guid(stored.Value.Span.Slice(i * IdBytes, IdBytes));
        }

        return ids;
    }
}
