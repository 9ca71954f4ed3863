using CustomerInsights.Core.Columns;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// The images of all profiles, kept current: opened from files or built from the store, then brought up to the change feed whenever somebody asks.
/// Images are values; whoever holds one sees its moment. Safe for any thread. See <c>docs/decisions/0018-columns.md</c>.
/// </summary>
internal sealed partial class ColumnImages : IAsyncDisposable
{
    /// <summary>Its name among the feed's consumers.</summary>
    public const string Consumer = "columns";

    /// <summary>How long who asks waits for columns that are not ready.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IProfileStore _store;
    private readonly IChangeFeed _changes;
    private readonly ColumnFiles _files;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _memoryBytes;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1, 1); // For who replaces the state.
    private readonly SemaphoreSlim _build = new(1, 1);
    private readonly SemaphoreSlim _save = new(1, 1);
    private readonly Lock _gate = new();
    private Task _ensuring = Task.CompletedTask;
    private ColumnState _state = ColumnState.Empty;
    private bool _opened;
    private long _holding = long.MaxValue;

    public ColumnImages(IProfileStore store, IChangeFeed changes, HostSettings settings, TimeProvider clock, ILogger<ColumnImages> log)
        : this(store, changes, settings, clock, log, Patience)
    {
    }

    /// <summary>As the other, with a patience of its own; infinite for who has to have columns.</summary>
    internal ColumnImages(IProfileStore store, IChangeFeed changes, HostSettings settings, TimeProvider clock, ILogger<ColumnImages> log, TimeSpan patience)
    {
        _patience = patience;
        (_store, _changes, _clock, _log) = (store, changes, clock, log);
        _memoryBytes = (settings.ColumnMegabytes ?? DefaultMegabytes()) * 1024L * 1024;
        _files = new ColumnFiles(Path.Combine(settings.DataDirectory, "columns"), clock);
    }

    /// <summary>What is there now; perhaps behind the feed.</summary>
    public ColumnState Current => Volatile.Read(ref _state);

    /// <summary>What memory columns may take, in bytes.</summary>
    public long MemoryBytes => _memoryBytes;

    /// <summary>What went wrong last, until it goes right again; null when nothing did.</summary>
    public string? Fault { get; private set; }

    /// <summary>What is being built, for people; null when nothing is.</summary>
    public string? Building { get; private set; }

    /// <summary>The image of a profile type, with all that the feed held when this was called, or at least up to a number of the feed.</summary>
    /// <exception cref="ColumnsNotReadyException">Not ready within <see cref="Patience"/>.</exception>
    public async ValueTask<ColumnImage> ImageAsync(InsightsModel model, string profileType, CancellationToken cancellationToken, long? atLeast = null)
    {
        var state = await StateAsync(model, cancellationToken, atLeast);
        return state.Images.TryGetValue(profileType, out var image) ? image : new ColumnImage(profileType, [], state.Position);
    }

    /// <summary>The images of all profile types of one moment, with all that the feed held when this was called, or at least up to a number of the feed.</summary>
    /// <exception cref="ColumnsNotReadyException">Not ready within <see cref="Patience"/>.</exception>
    public ValueTask<ColumnState> StateAsync(InsightsModel model, CancellationToken cancellationToken, long? atLeast = null) =>
        StateAsync(ColumnSchemas.Of(model), cancellationToken, atLeast);

    /// <summary>As the other, for who knows which columns are needed.</summary>
    public async ValueTask<ColumnState> StateAsync(IReadOnlyDictionary<string, ColumnSchema> schemas, CancellationToken cancellationToken, long? atLeast = null)
    {
        var asked = atLeast ?? await _changes.LastAsync(cancellationToken);
        var began = _clock.GetTimestamp();
        while (true)
        {
            var left = _patience == Timeout.InfiniteTimeSpan ? _patience : _patience - _clock.GetElapsedTime(began);
            if (left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
            {
                throw new ColumnsNotReadyException("The columns are still being built.");
            }

            await ReadyAsync(schemas, left, cancellationToken);
            var state = await CatchUpAsync(asked, cancellationToken);
            if (Covers(state, schemas))
            {
                return state;
            }
        }
    }

    /// <summary>Brings the images up to a number of the feed; does nothing when they are. A change of few profiles takes milliseconds.</summary>
    public async ValueTask<ColumnState> CatchUpAsync(long atLeast, CancellationToken cancellationToken)
    {
        if (Current.Position >= atLeast)
        {
            return Current;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_state.Position < atLeast)
            {
                Publish(await ChangedAsync(_state, _state.Position, cancellationToken));
            }

            return _state;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Builds all columns anew, and replaces those that are there when done.</summary>
    public async Task RebuildAsync(InsightsModel model, Action<string, long> progress, CancellationToken cancellationToken)
    {
        foreach (var (type, schema) in ColumnSchemas.Of(model))
        {
            await BuildAsync(type, schema, done => progress(type, done), cancellationToken);
        }

        await SaveAsync(cancellationToken);
    }

    /// <summary>Makes the columns of the model ready in the background, when they are not.</summary>
    public Task PrepareAsync(InsightsModel model, CancellationToken cancellationToken) => Ensure(ColumnSchemas.Of(model)).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ensuring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // It was stopped, or failed and was told.
        _stop.Dispose();
        _turn.Dispose();
        _build.Dispose();
        _save.Dispose();
    }

    private static bool Covers(ColumnState state, IReadOnlyDictionary<string, ColumnSchema> schemas) =>
        schemas.All(asked => state.Types.TryGetValue(asked.Key, out var has) && has.Schema.Covers(asked.Value));

    // A quarter of what the process may use: the store's cache and everything else want their share.
    private static long DefaultMegabytes() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / (1024 * 1024);

    private async Task ReadyAsync(IReadOnlyDictionary<string, ColumnSchema> schemas, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await Ensure(schemas).WaitAsync(patience, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ColumnsNotReadyException("The columns are still being built.");
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new ColumnsNotReadyException("The columns could not be built.", error);
        }
    }

    // One at a time, and not on behalf of one caller: who gives up waiting must not stop it for the others.
    private Task Ensure(IReadOnlyDictionary<string, ColumnSchema> schemas)
    {
        lock (_gate)
        {
            if (_ensuring.IsCompleted && !(_opened && Covers(_state, schemas)))
            {
                _ensuring = Task.Run(() => EnsureAsync(schemas, _stop.Token), CancellationToken.None);
            }

            return _ensuring;
        }
    }

    private async Task EnsureAsync(IReadOnlyDictionary<string, ColumnSchema> schemas, CancellationToken cancellationToken)
    {
        try
        {
            if (!_opened)
            {
                await OpenAsync(cancellationToken);
            }

            foreach (var (type, schema) in schemas.Where(asked => !(Current.Types.TryGetValue(asked.Key, out var has) && has.Schema.Covers(asked.Value))))
            {
                await BuildAsync(type, schema, done => Building = $"{type}: {done:N0} profiles", cancellationToken);
            }

            await ForgetAsync(schemas, cancellationToken);
            Fault = null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Fault = error.Message;
            NotBuilt(error);
            throw;
        }
        finally
        {
            Building = null;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Known to the feed before anything is read, so that nothing is trimmed behind it.
        await _changes.AdvanceAsync(Consumer, 0, cancellationToken);
        if (_files.Load() is { } manifest)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                Publish(ColumnOpening.Open(_files, manifest, _memoryBytes, Damaged));
                Publish(await ChangedAsync(_state, _state.Position, cancellationToken));
            }
            finally
            {
                _turn.Release();
            }
        }

        _opened = true;
    }

    private async Task BuildAsync(string type, ColumnSchema schema, Action<long> progress, CancellationToken cancellationToken)
    {
        await _build.WaitAsync(cancellationToken);
        try
        {
            var began = _clock.GetTimestamp();
            Building = type;
            var from = await HoldAsync(cancellationToken);
            var parts = await new ColumnBuild(_store, _files, _memoryBytes).RunAsync(type, schema, progress, cancellationToken);
            await _turn.WaitAsync(cancellationToken);
            try
            {
                // Ranges were read one after another: what changed since the first makes one moment of them.
                var state = (_state.Types.Count == 0 ? _state with { Position = from } : _state).With(type, new TypeColumns(schema, parts));
                var changed = await ChangedAsync(state, Math.Min(from, state.Position), cancellationToken);
                Publish(changed);
            }
            finally
            {
                _turn.Release();
            }

            Built(type, parts.Sum(part => (long)part.Count), (long)_clock.GetElapsedTime(began).TotalMilliseconds);
        }
        finally
        {
            Volatile.Write(ref _holding, long.MaxValue);
            Building = null;
            _build.Release();
        }
    }

    // In turn with saving, which lets go of what lies before its position.
    private async Task<long> HoldAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var from = await _changes.LastAsync(cancellationToken);
            Volatile.Write(ref _holding, from);
            return from;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ForgetAsync(IReadOnlyDictionary<string, ColumnSchema> schemas, CancellationToken cancellationToken)
    {
        if (Current.Types.Keys.All(schemas.ContainsKey))
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            Publish(new ColumnState(_state.Position, _state.Types.Where(type => schemas.ContainsKey(type.Key)).ToDictionary(StringComparer.Ordinal)));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<ColumnState> ChangedAsync(ColumnState state, long after, CancellationToken cancellationToken)
    {
        if (state.Types.Count == 0)
        {
            return ColumnState.Empty with { Position = await _changes.LastAsync(cancellationToken) };
        }

        var sink = new ColumnSink(state.Types.ToDictionary(type => type.Key, type => type.Value.Schema, StringComparer.Ordinal));
        var changes = await _store.ReadColumnChangesAsync(after, sink, cancellationToken);
        if (changes.Trimmed)
        {
            TooFarBehind(after, changes.Position);
            return ColumnState.Empty with { Position = changes.Position };
        }

        if (changes.Changed.Count == 0)
        {
            return new ColumnState(changes.Position, state.Types);
        }

        return new ColumnState(changes.Position, state.Types.ToDictionary(
            type => type.Key,
            type => type.Value with
            {
                Parts =
                [
                    .. type.Value.Parts.Select(part => part.Without(changes.Changed)).Where(part => part.Count > 0),
                    .. sink.Parts(type.Key).Select(part => new HeldPart(new StoredPart(part, part.Bytes, null), null)),
                ],
            },
            StringComparer.Ordinal));
    }

    private void Publish(ColumnState state) => Volatile.Write(ref _state, state);
}
