using CustomerInsights.Core.Columns;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>What goes on in the background: merging parts, saving them.</summary>
internal sealed partial class ColumnImages
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _uses = new(StringComparer.Ordinal);
    private ColumnState? _saved;

    /// <summary>Notes that columns were asked for: those asked for most stay in memory when it is short.</summary>
    public void Used(IEnumerable<string> columns)
    {
        foreach (var column in columns)
        {
            _uses.AddOrUpdate(column, 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Merges small parts, and those whose rows are mostly dead, until there are none.</summary>
    public async Task MergeAsync(CancellationToken cancellationToken)
    {
        foreach (var type in Current.Types.Keys)
        {
            while (Current.Types.TryGetValue(type, out var columns) && ColumnMerge.Choose(columns.Parts) is { Count: > 0 } chosen)
            {
                var part = await Task.Run(() => ColumnMerge.Merge(columns.Schema, chosen, cancellationToken), cancellationToken);
                var merged = new StoredPart(part, part.Bytes, null);
                await _turn.WaitAsync(cancellationToken);
                try
                {
                    if (_state.Types.TryGetValue(type, out var now) && ReferenceEquals(now.Schema, columns.Schema) && ColumnMerge.Replace(now.Parts, chosen, merged) is { } parts)
                    {
                        Publish(_state.With(type, now with { Parts = parts }));
                    }
                }
                finally
                {
                    _turn.Release();
                }

                Merged(type, chosen.Count, merged.Part.Rows);
            }
        }
    }

    /// <summary>Writes what is not in files yet, and lets the feed go on behind it. Past the memory budget, columns asked for least stay in their files.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (!_opened || ReferenceEquals(_saved, Current))
        {
            return;
        }

        await _save.WaitAsync(cancellationToken);
        try
        {
            // Parts are immutable: most is written before the turn is taken, and catching up waits for the manifest alone.
            await Task.Run(() => WriteParts(Current, cancellationToken), cancellationToken);
            await SaveStateAsync(cancellationToken);
        }
        finally
        {
            _save.Release();
        }
    }

    private async Task SaveStateAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            WriteParts(_state, cancellationToken);
            if (_state.Types.Values.SelectMany(type => type.Parts).Sum(part => part.Stored.MemoryBytes) > _memoryBytes)
            {
                Publish(ColumnOpening.Fit(_files, _state, _memoryBytes, _uses));
            }

            _files.Save(_state, _uses);
            _saved = _state;
            var position = Math.Min(_state.Position, Volatile.Read(ref _holding));
            if (await _changes.PositionAsync(Consumer, cancellationToken) < position)
            {
                await _changes.AdvanceAsync(Consumer, position, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void WriteParts(ColumnState state, CancellationToken cancellationToken)
    {
        foreach (var stored in state.Types.Values.SelectMany(type => type.Parts).Select(part => part.Stored).Where(stored => stored.File is null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            stored.File = _files.Write(stored.Part);
        }

        GC.KeepAlive(state);
    }

    [LoggerMessage(2700, LogLevel.Information, "Columns of {Type}: {Profiles} profiles built in {Milliseconds} ms.")]
    private partial void Built(string type, long profiles, long milliseconds);

    [LoggerMessage(2701, LogLevel.Warning, "Columns in files are not used and will be built again. {Problem}")]
    private partial void Damaged(string problem);

    [LoggerMessage(2702, LogLevel.Warning, "Columns stand at {Position} of the change feed, which does not reach back that far any more (it is at {Last}); they will be built again.")]
    private partial void TooFarBehind(long position, long last);

    [LoggerMessage(2703, LogLevel.Error, "Columns were not built; rules are answered from the store meanwhile.")]
    private partial void NotBuilt(Exception error);

    [LoggerMessage(2704, LogLevel.Debug, "Columns of {Type}: {Parts} parts merged into one of {Rows} profiles.")]
    private partial void Merged(string type, int parts, int rows);
}
