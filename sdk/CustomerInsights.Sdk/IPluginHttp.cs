namespace CustomerInsights.Sdk;

/// <summary>
/// The way to the network. Reaches the hosts that the manifest declares (<c>capabilities.network.hosts</c>) and no others; a
/// private address only where an admin has granted it. Works alike in process, in a worker, and in one without a network.
/// </summary>
/// <remarks>
/// A request gets up to four tries within 100 s, at most 30 s each: idempotent ones (GET, HEAD, OPTIONS, PUT, DELETE) and those marked with
/// <see cref="HttpRequests.Repeatable"/> are repeated on 408, 429, 500, 502, 503, 504 and lost connections, with growing
/// waits or after <c>Retry-After</c>. So do not retry again. A response has at most 64 MB after decompression; read large ones as a stream.
/// Redirects are followed, up to 10; one to a host that is not declared fails. There are no cookies, no proxy of the
/// system, and no HTTP/3.
/// </remarks>
public interface IPluginHttp
{
    /// <summary>Makes a client. Cheap: all clients of a context share its connections. Disposing it is allowed and not needed.</summary>
    /// <returns>
    /// A client whose <c>BaseAddress</c> and default headers are the caller's to set. It answers with a response, whatever its status, or throws
    /// a <see cref="PluginException"/>. Configuration: the host is not declared or its address is not granted. Transient: it cannot be
    /// reached, or was too slow. Permanent: its certificate is not trusted. Data: the response is too large. Its own <c>Timeout</c> is infinite; set a shorter one where it
    /// matters.
    /// </returns>
    HttpClient CreateClient();
}
