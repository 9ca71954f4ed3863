using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CustomerInsights.Plugins.Marks;

/// <summary>
/// The mark of one version in this process: a small file, written anew at each call's begin and end. It is not flushed to the
/// disk: what the process has written outlives the process, and after a power cut nobody is to blame. About 3 µs a write.
/// </summary>
internal sealed class RunMark : IDisposable
{
    // One write of one block: whoever reads it later sees the one before or this one.
    private const int Length = 1024;
    private const int MostCalls = 6;
    private const int LongestCall = 60;

    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly TimeProvider _clock;
    private readonly Action<RunMark> _over;
    private readonly string _path;
    private SafeFileHandle? _file;
    private Mark _mark;

    internal RunMark(string path, Mark mark, TimeProvider clock, Action<RunMark> over)
    {
        (_path, _mark, _clock, _over) = (path, mark, clock, over);
        try
        {
            _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);
        }
        catch (IOException)
        {
            // A full disk: evidence is worth less than the plugin's work.
        }

        Write();
    }

    internal void Enter(string call) => Change(() => _calls.Add(call));

    internal void Leave(string call) => Change(() => _calls.Remove(call));

    internal void Move(MarkPhase phase) => Change(() => _mark = _mark with { Phase = phase, Since = _clock.GetUtcNow() });

    /// <summary>Takes the mark away: the code is out of memory, or the process ends as it should.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_file is not null)
            {
                _file.Dispose();
                _file = null;
                File.Delete(_path);
            }
        }

        _over(this);
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            Write();
        }
    }

    private void Write()
    {
        if (_file is null)
        {
            return;
        }

        var calls = _calls.TakeLast(MostCalls).Select(call => call.Length > LongestCall ? call[..LongestCall] : call);
        var text = JsonSerializer.SerializeToUtf8Bytes(_mark with { Calls = [.. calls], CallCount = _calls.Count }, MarkJson.Options);
        Span<byte> block = stackalloc byte[Length];
        block.Fill((byte)' ');
        text.AsSpan(0, Math.Min(text.Length, Length)).CopyTo(block);
        try
        {
            RandomAccess.Write(_file, block, 0);
        }
        catch (IOException)
        {
            // A full disk must not fail a plugin's call; the mark is then as it was.
        }
    }
}
