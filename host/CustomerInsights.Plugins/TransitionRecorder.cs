using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>Hands transitions to the application one at a time, in order; whoever causes one does not wait for the store.</summary>
internal sealed class TransitionRecorder : IAsyncDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);
    private readonly Channel<PluginTransition> _queue = Channel.CreateUnbounded<PluginTransition>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly IPluginHostServices _services;
    private readonly ILogger _log;
    private readonly Task _loop;

    internal TransitionRecorder(IPluginHostServices services, ILogger log)
    {
        (_services, _log) = (services, log);
        _loop = Task.Run(RecordAllAsync);
    }

    internal void Add(PluginTransition transition)
    {
        if (transition.To >= PluginState.UnloadPending || transition.To == PluginState.Degraded)
        {
            PluginLog.MovedToProblem(_log, transition.PluginId, transition.Version, transition.From, transition.To, transition.Code, transition.Reason);
        }
        else
        {
            PluginLog.Moved(_log, transition.PluginId, transition.Version, transition.From, transition.To, transition.Code, transition.Reason);
        }

        _queue.Writer.TryWrite(transition);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _giveUp.CancelAfter(LongestEnd);
        await _loop;
        _giveUp.Dispose();
    }

    private async Task RecordAllAsync()
    {
        await foreach (var transition in _queue.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await _services.RecordAsync(transition, _giveUp.Token);
            }
            catch (Exception error)
            {
                // A history with a gap beats a plugin host that stands still because its store does.
                PluginLog.NotRecorded(_log, error, transition.PluginId, transition.To);
            }
        }
    }
}
