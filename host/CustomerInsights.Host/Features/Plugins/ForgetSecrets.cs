using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>
/// The secrets of a source or export go with it: who later makes another of the same name, perhaps with another plugin, must not find them there.
/// </summary>
internal sealed class ForgetSecrets(string kind, SecretVault vault) : IDefinitionFollower
{
    public string Kind => kind;

    public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) =>
        vault.ForgetAsync(ConnectionIds.Of(kind, name), "system", cancellationToken);
}
