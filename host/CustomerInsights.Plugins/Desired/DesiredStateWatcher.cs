using System.Threading.Channels;

namespace CustomerInsights.Plugins.Desired;

/// <summary>
/// Tells when the file may have changed, by a look at its time and length every second. Not by the operating system's news: the store's files lie beside it, and each of their writes
/// would wake a thread here; on network shares and in some containers there is no news at all.
/// </summary>
internal sealed class DesiredStateWatcher : IDisposable
{
    // Editors write in steps (truncate, write, rename): the news within this span are one.
    internal static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(150);

    private readonly Channel<byte> _news = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly DesiredStateFile _file;
    private readonly TimeProvider _clock;
    private readonly ITimer _poll;
    private (DateTime Time, long Length) _last;

    internal DesiredStateWatcher(DesiredStateFile file, TimeProvider clock, TimeSpan pollEvery)
    {
        (_file, _clock) = (file, clock);
        _last = Look();
        _file.Written += OnWritten;
        _poll = clock.CreateTimer(_ => PokeWhenChanged(), null, pollEvery, pollEvery);
    }

    /// <summary>Asks for a look now.</summary>
    internal void Poke() => _news.Writer.TryWrite(0);

    /// <summary>Ends when the file may have changed since the last time and has been quiet for a moment.</summary>
    internal async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        await _news.Reader.ReadAsync(cancellationToken);
        await Task.Delay(Debounce, _clock, cancellationToken);
        _news.Reader.TryRead(out _);
        _last = Look();
    }

    public void Dispose()
    {
        _file.Written -= OnWritten;
        _poll.Dispose();
    }

    private void OnWritten(object? sender, EventArgs e) => Poke();

    private void PokeWhenChanged()
    {
        if (Look() != _last)
        {
            Poke();
        }
    }

    private (DateTime Time, long Length) Look()
    {
        var file = new FileInfo(_file.FilePath);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
