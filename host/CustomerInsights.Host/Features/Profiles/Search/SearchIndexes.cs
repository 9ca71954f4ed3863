using System.Text.Json;
using CustomerInsights.Core.Search;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>
/// The indexes that profiles are searched by, one a profile type, in memory alone. Built in the background; a question is answered with all that was committed when it was
/// asked. Safe for any thread.
/// </summary>
internal sealed class SearchIndexes(IProfileStore store, IChangeFeed changes, HostSettings settings, TimeProvider clock) : IDisposable
{
    private const int Chunk = 10_000;
    private const int MostBehind = 100_000;
    private const int MostChanged = 10_000;

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Dictionary<string, State> _states = new(StringComparer.Ordinal);

    /// <summary>An index as it stands.</summary>
    /// <param name="Index">The index; null while it is built, and where it would take too much.</param>
    /// <param name="Position">The number in the feed up to which it is right.</param>
    /// <param name="Names">The attributes that are names; with others it is built anew.</param>
    /// <param name="Problem">Why there is none.</param>
    /// <param name="Took">How long it took to build.</param>
    public sealed record State(SearchIndex? Index, long Position, string Names, string? Problem, TimeSpan Took);

    /// <summary>What all may take of memory, in bytes.</summary>
    public long MemoryLimitBytes { get; } = (settings.SearchMegabytes ?? Math.Max(16, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / 1024 / 1024)) * 1024 * 1024;

    /// <summary>All indexes by profile type.</summary>
    public IReadOnlyDictionary<string, State> States => _states;

    /// <summary>The index of a type with all that is committed now; null when it is not ready.</summary>
    public async ValueTask<SearchIndex?> IndexAsync(string type, CancellationToken cancellationToken)
    {
        if (!_states.TryGetValue(type, out var state) || state.Index is null)
        {
            return null;
        }

        var last = await changes.LastAsync(cancellationToken);
        if (state.Position >= last)
        {
            return state.Index;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            return (await CatchUpAsync(type, last, cancellationToken))?.Index;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Builds what is not there or is built by other names, and brings the others up to date.</summary>
    public async Task FollowAsync(InsightsModel model, CancellationToken cancellationToken)
    {
        foreach (var gone in _states.Keys.Except(model.ProfileTypes.Keys, StringComparer.Ordinal).ToList())
        {
            Set(gone, null);
        }

        foreach (var (type, definition) in model.ProfileTypes)
        {
            var names = string.Join(',', Names(definition));
            if (!_states.TryGetValue(type, out var state) || state.Names != names || (state.Index is null && state.Problem is null)
                || (state.Index is { } index && index.Changed > Math.Max(MostChanged, index.Count / 20)))
            {
                await BuildAsync(type, names, cancellationToken);
            }

            await IndexAsync(type, cancellationToken);
        }
    }

    /// <summary>Builds anew what there is, so that nothing is left in it of profiles that are gone.</summary>
    public async Task RebuildAsync(InsightsModel model, CancellationToken cancellationToken)
    {
        foreach (var (type, definition) in model.ProfileTypes)
        {
            if (_states.TryGetValue(type, out var state) && state.Index is not null)
            {
                await BuildAsync(type, string.Join(',', Names(definition)), cancellationToken);
            }
        }
    }

    public void Dispose() => _one.Dispose();

    // The old one, if there is one, answers meanwhile. What changes while the profiles are read is read again.
    private async Task BuildAsync(string type, string names, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var position = await changes.LastAsync(cancellationToken);
        var builder = new SearchIndex.Builder();
        var wanted = Names(names);
        await foreach (var profile in store.ReadSearchedAsync(type, cancellationToken))
        {
            builder.Add(Entry(profile, wanted));
            if (builder.Bytes > MemoryLimitBytes)
            {
                Set(type, new State(null, position, names, $"The index takes more than the {MemoryLimitBytes / 1024 / 1024} MiB that it may take; see serve --search-memory. The store is searched instead.", default));
                return;
            }
        }

        var index = await Task.Run(builder.Build, cancellationToken);
        await _one.WaitAsync(cancellationToken);
        try
        {
            Set(type, new State(index, position, names, null, clock.GetElapsedTime(began)));
        }
        finally
        {
            _one.Release();
        }
    }

    // Under the lock. An index that is too far behind is given up, and built anew in the background.
    private async ValueTask<State?> CatchUpAsync(string type, long last, CancellationToken cancellationToken)
    {
        if (!_states.TryGetValue(type, out var state) || state.Index is null)
        {
            return null;
        }

        if (last - state.Position > MostBehind)
        {
            Set(type, state with { Index = null });
            return null;
        }

        var numbers = new HashSet<long>();
        var position = state.Position;
        while (position < last)
        {
            var rows = await changes.ReadAsync(position, Chunk, cancellationToken);
            if (rows.Count == 0 || rows[0].Sequence != position + 1)
            {
                // Rows were trimmed that it has not seen.
                Set(type, state with { Index = null });
                return null;
            }

            numbers.UnionWith(rows.Where(row => row.Kind == ChangeKind.Profile).Select(row => row.Id));
            position = rows[^1].Sequence;
        }

        var wanted = Names(state.Names);
        var found = new Dictionary<long, SearchEntry?>();
        foreach (var chunk in numbers.Chunk(Chunk))
        {
            foreach (var profile in (await store.ReadSearchedAsync(chunk, cancellationToken)).Where(profile => profile.Type == type))
            {
                found[profile.Number] = Entry(profile, wanted);
            }
        }

        foreach (var gone in numbers.Where(number => !found.ContainsKey(number) && state.Index.Contains(number)))
        {
            found[gone] = null;
        }

        state = state with { Index = state.Index.With(found), Position = position };
        Set(type, state);
        return state;
    }

    private void Set(string type, State? state)
    {
        var states = new Dictionary<string, State>(_states, StringComparer.Ordinal);
        if (state is null)
        {
            states.Remove(type);
        }
        else
        {
            states[type] = state;
        }

        _states = states;
    }

    private static IEnumerable<string> Names(ProfileTypeModel type) =>
        type.Document.Attributes.Where(attribute => Semantics.IsName(attribute.Value.SemanticType)).Select(attribute => attribute.Key).Order(StringComparer.Ordinal);

    private static HashSet<string> Names(string joined) => [.. joined.Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static SearchEntry Entry(SearchedProfile profile, HashSet<string> names)
    {
        var words = new HashSet<string>(SearchWords.Of(profile.DisplayName), StringComparer.Ordinal);
        foreach (var text in Texts(profile.Attributes, names))
        {
            words.UnionWith(SearchWords.Of(text));
        }

        foreach (var email in profile.Identifiers.Where(identifier => identifier.Type == "email"))
        {
            words.UnionWith(SearchWords.Of(email.Value));
        }

        return new SearchEntry(profile.Number, [.. words], [.. profile.Identifiers.Select(identifier => SearchEntry.Identifier(identifier.Type, identifier.Value)).Distinct(StringComparer.Ordinal)], !profile.IsUnknown);
    }

    // Texts stand in a value document as plain JSON strings; see ValueDocument. A million of them are read: no dictionary of each.
    private static List<string> Texts(byte[] document, HashSet<string> names)
    {
        var texts = new List<string>();
        var reader = new Utf8JsonReader(document);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
            {
                var wanted = names.Contains(reader.GetString()!);
                reader.Read();
                if (wanted && reader.TokenType == JsonTokenType.String)
                {
                    texts.Add(reader.GetString()!);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return texts;
    }
}
