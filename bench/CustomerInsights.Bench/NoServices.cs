using CustomerInsights.Plugins;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench;

/// <summary>The least of an application that lets a plugin run.</summary>
internal sealed class NoServices : IPluginHostServices
{
    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => null!;

    public ISecrets SecretsFor(string pluginId, string connectionId) => null!;

    public void Progress(string connectionId, PluginProgress progress)
    {
        // Nobody watches.
    }

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
