using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Plugins;
using Microsoft.AspNetCore.DataProtection;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>What plugins get from the host: storage, secrets, history, all on the store; and an ear for what they say of their runs.</summary>
internal sealed class HostServices(IPluginStore store, IDefinitionStore definitions, IAuditStore audit, SecretVault vault, PluginNews news, TimeProvider clock) : IPluginHostServices
{
    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => new Storage(store, clock, pluginId, connectionId, maxBytes);

    public ISecrets SecretsFor(string pluginId, string connectionId) => new Secrets(vault, definitions, audit, clock, pluginId, connectionId);

    public void Progress(string connectionId, PluginProgress progress) => news.Tell(connectionId, progress);

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => store.AppendTransitionAsync(
        new PluginTransitionRow(
            transition.PluginId, transition.Version ?? "", Word(transition.From), Word(transition.To), transition.Code, transition.Reason, transition.Actor, transition.At, transition.Evidence),
        cancellationToken);

    // As REST shows states everywhere.
    private static string Word(PluginState state) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(state.ToString());

    private sealed class Storage(IPluginStore store, TimeProvider clock, string plugin, string connection, long quota) : IPluginStorage
    {
        public async ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
            await store.GetValueAsync(plugin, connection, key, clock.GetUtcNow(), cancellationToken) is { } value
                ? new StoredValue(value.Value, value.Version.ToString(System.Globalization.CultureInfo.InvariantCulture))
                : null;

        public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
        {
            long? version = ifMatch switch
            {
                null => null,
                "" => 0,
                _ when long.TryParse(ifMatch, System.Globalization.CultureInfo.InvariantCulture, out var parsed) => parsed,
                _ => throw new PluginException(FailureKind.Data, "The ETag is not one that this storage gave."),
            };
            try
            {
                var now = clock.GetUtcNow();
                var written = await store.PutValueAsync(plugin, connection, key, value.ToArray(), version, now + expiresIn, now, quota, cancellationToken);
                return written.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (StoreConflictException conflict)
            {
                throw new PluginException(FailureKind.Data, conflict.Message, conflict);
            }
            catch (StoreQuotaException quotaPassed)
            {
                throw new PluginException(FailureKind.Permanent, quotaPassed.Message, quotaPassed);
            }
        }

        public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteValueAsync(plugin, connection, key, cancellationToken);

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            string? after = null;
            while (true)
            {
                var keys = await store.ListKeysAsync(plugin, connection, prefix, after, clock.GetUtcNow(), cancellationToken);
                foreach (var key in keys)
                {
                    yield return key;
                }

                if (keys.Count < 1000)
                {
                    yield break;
                }

                after = keys[^1];
            }
        }
    }

    private sealed class Secrets(SecretVault vault, IDefinitionStore definitions, IAuditStore audit, TimeProvider clock, string plugin, string owner) : ISecrets
    {
        public async ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken)
        {
            var (whose, name) = await WhoseAsync(reference, cancellationToken);
            var value = await vault.FindAsync(whose, name, cancellationToken)
                ?? throw new PluginException(FailureKind.Configuration, $"The secret '{name}' of '{whose}' has not been set. An admin sets it with PUT …/secrets/{name}.");
            await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), plugin, "secret.reveal", $"{whose}/{name}", whose == owner ? null : $"for {owner}"), cancellationToken);
            return value;
        }

        public async ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken)
        {
            var (whose, name) = await WhoseAsync(reference, cancellationToken);
            await vault.PutAsync(whose, name, value, plugin, cancellationToken);
        }

        // A plugin makes references as it likes, with any name. A connection's secrets are open to the plugin that it was made for, and to no other.
        private async ValueTask<(string Owner, string Name)> WhoseAsync(SecretReference reference, CancellationToken cancellationToken)
        {
            var (whose, name) = Connecting.Owner(owner, reference.Name);
            return whose == owner
                || (await definitions.FindAsync(DefinitionKinds.Connection, ConnectionIds.NameOf(whose), cancellationToken) is { } connection && Json.Read<ConnectionDocument>(connection.Document).Plugin == plugin)
                ? (whose, name)
                : throw new PluginException(FailureKind.Configuration, $"'{owner}' has no secret of that name.");
        }
    }
}

/// <summary>Secrets at rest: encrypted with the data directory's protection keys, write-only from outside.</summary>
internal sealed class SecretVault(IPluginStore store, IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("CustomerInsights.Secrets.v1");
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _lent = new(StringComparer.Ordinal);

    /// <summary>Holds secrets in memory alone, for a trial, until it is disposed.</summary>
    public IDisposable Lend(string owner, IReadOnlyDictionary<string, string> secrets)
    {
        _lent[owner] = secrets;
        return new Loan(() => _lent.TryRemove(owner, out _));
    }

    public async ValueTask<string?> FindAsync(string owner, string name, CancellationToken cancellationToken) =>
        _lent.TryGetValue(owner, out var lent) ? lent.GetValueOrDefault(name)
        : await store.FindSecretAsync(owner, name, cancellationToken) is { } ciphertext ? Encoding.UTF8.GetString(_protector.Unprotect(ciphertext)) : null;

    /// <summary>Removes all secrets of a connection that is no more.</summary>
    public async ValueTask ForgetAsync(string owner, string actor, CancellationToken cancellationToken)
    {
        foreach (var name in await store.ListSecretsAsync(owner, cancellationToken))
        {
            await store.PutSecretAsync(owner, name, null, actor, cancellationToken);
        }
    }

    public ValueTask PutAsync(string owner, string name, string value, string actor, CancellationToken cancellationToken) =>
        _lent.ContainsKey(owner) ? ValueTask.CompletedTask
        : store.PutSecretAsync(owner, name, _protector.Protect(Encoding.UTF8.GetBytes(value)), actor, cancellationToken);

    private sealed class Loan(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
