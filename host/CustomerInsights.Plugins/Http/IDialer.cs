namespace CustomerInsights.Plugins.Http;

/// <summary>Makes the connections of a plugin's requests; whoever makes them holds them to the <see cref="NetworkRules"/>.</summary>
internal interface IDialer
{
    /// <summary>Connects to a host that may be contacted.</summary>
    /// <param name="host">As <see cref="HostPattern.Normal"/> gives it.</param>
    /// <param name="port">The port.</param>
    /// <param name="isPlain">True when no TLS will follow.</param>
    /// <param name="cancellationToken">Cancels the connecting.</param>
    /// <exception cref="Sdk.PluginException">Configuration: its address may not be connected to.</exception>
    /// <exception cref="IOException">It cannot be reached.</exception>
    ValueTask<Stream> DialAsync(string host, int port, bool isPlain, CancellationToken cancellationToken);
}
