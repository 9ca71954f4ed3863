using System.Threading.Channels;

namespace CustomerInsights.Plugins.Desired;

/// <summary>
/// Tells when the file may have changed: the operating system's news where there is any, and a look at time and length every
/// second for the places where there is none (network shares, some containers).
/// </summary>
internal sealed class DesiredStateWatcher : IDisposable
{
    // Editors write in steps (truncate, write, rename): the news within this span are one.
    internal static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(150);

    private readonly Channel<byte> _news = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly DesiredStateFile _file;
    private readonly TimeProvider _clock;
    private readonly FileSystemWatcher? _watcher;
    private readonly ITimer _poll;
    private (DateTime Time, long Length) _last;

    internal DesiredStateWatcher(DesiredStateFile file, TimeProvider clock, TimeSpan pollEvery)
    {
        (_file, _clock) = (file, clock);
        _last = Look();
        _file.Written += OnWritten;
        _poll = clock.CreateTimer(_ => PokeWhenChanged(), null, pollEvery, pollEvery);
        try
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(file.FilePath)!, Path.GetFileName(file.FilePath));
            _watcher.Changed += (_, _) => Poke();
            _watcher.Created += (_, _) => Poke();
            _watcher.Renamed += (_, _) => Poke();
            _watcher.Deleted += (_, _) => Poke();
            _watcher.Error += (_, _) => Poke();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Out of inotify watches: the look every second is enough to keep the promise of 2 seconds.
            _watcher?.Dispose();
            _watcher = null;
        }
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
        _watcher?.Dispose();
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
