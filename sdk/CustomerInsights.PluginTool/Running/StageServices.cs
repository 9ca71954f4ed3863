using System.Globalization;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.PluginTool.Running;

/// <summary>The application around a plugin that is run by hand: storage in memory, secrets as given, progress on the screen.</summary>
internal sealed class StageServices(Dictionary<string, string> secrets, TextWriter news) : IPluginHostServices
{
    private readonly KitStorage _storage = new(TimeProvider.System, () => { });

    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes)
    {
        _storage.Quota = maxBytes;
        return _storage;
    }

    public ISecrets SecretsFor(string pluginId, string connectionId) => new Given(secrets);

    public void Progress(string connectionId, PluginProgress progress) => news.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"[progress] {progress.Done}{(progress.Total is { } total ? $" of {total}" : "")}{(progress.Message is { } message ? $" {message}" : "")}"));

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private sealed class Given(Dictionary<string, string> secrets) : ISecrets
    {
        public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken) =>
            secrets.TryGetValue(reference.Name, out var value) ? new(value)
                : throw new PluginException(FailureKind.Configuration, $"The secret '{reference.Name}' has no value. Give it with --secret {reference.Name}=VARIABLE.");

        public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken)
        {
            secrets[reference.Name] = value;
            return ValueTask.CompletedTask;
        }
    }
}
