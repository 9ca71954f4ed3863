using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>Work that nobody waits for until the end; what it throws is logged.</summary>
internal sealed class BackgroundWork(ILogger log, CancellationToken ending)
{
    private readonly ConcurrentDictionary<Task, byte> _running = [];

    internal void Run(Func<Task> work)
    {
        var task = Task.Run(() => GuardAsync(work));
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    internal Task EndAsync() => Task.WhenAll(_running.Keys);

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The host ends; nobody waits for this work any more.
        }
        catch (Exception error)
        {
            PluginLog.BackgroundFailed(log, error);
        }
    }
}
