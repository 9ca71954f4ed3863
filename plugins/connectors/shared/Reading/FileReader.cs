namespace CustomerInsights.Connectors.Files;

/// <summary>Reads the records of one file.</summary>
internal abstract class FileReader : IDisposable
{
    /// <summary>Behind the last record made; a later run may go on from here. True at any time between two calls of <see cref="ReadAsync"/>.</summary>
    public abstract FilePosition Position { get; }

    /// <summary>What was detected, to be handed in when the reading goes on.</summary>
    public abstract string Traits { get; }

    /// <summary>Reads until the sink is full or the file is at its end.</summary>
    /// <param name="sink">Takes the records.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>False at the file's end.</returns>
    public abstract ValueTask<bool> ReadAsync(RecordSink sink, CancellationToken cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
