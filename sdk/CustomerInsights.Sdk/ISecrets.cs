namespace CustomerInsights.Sdk;

/// <summary>Opens and rotates secret settings. Every opening is audited; an opened value is redacted from the plugin's log.</summary>
public interface ISecrets
{
    /// <summary>Opens a secret.</summary>
    /// <param name="reference">As found in the options.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The value. Do not store, log or yield it.</returns>
    /// <exception cref="PluginException">Configuration: the secret has not been set.</exception>
    ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken);

    /// <summary>Replaces a secret that the other side has rotated (a refresh token). Durable when it returns.</summary>
    /// <param name="reference">As found in the options.</param>
    /// <param name="value">The new value.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>When it is stored.</returns>
    /// <exception cref="PluginException">Transient: the store cannot be reached.</exception>
    ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken);
}
