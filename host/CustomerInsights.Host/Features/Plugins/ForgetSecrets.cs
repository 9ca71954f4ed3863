using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>
/// The secrets of a source or export go with it: who later makes another of the same name, perhaps with another plugin, must not find them there.
/// Sources and exports of one name share theirs, so that they stay until the last has gone.
/// </summary>
internal sealed class ForgetSecrets(string kind, SecretVault vault, IDefinitionStore definitions) : IDefinitionFollower
{
    public string Kind => kind;

    public async ValueTask DeletedAsync(string name, CancellationToken cancellationToken)
    {
        var other = kind == DefinitionKinds.Source ? DefinitionKinds.Export : DefinitionKinds.Source;
        if (await definitions.FindAsync(other, name, cancellationToken) is null)
        {
            await vault.ForgetAsync(name, "system", cancellationToken);
        }
    }
}
