using System.Net;
using System.Runtime.ExceptionServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>What every request of a plugin goes through.</summary>
internal sealed class PluginHttpHandler(NetworkRules rules, IDialer dialer) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _wire = new(Wire(dialer));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        if (rules.HostObjection(HostPattern.Normal(uri.IdnHost) ?? "", uri.Port) is { } objection)
        {
            throw objection;
        }

        try
        {
            return await _wire.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error) when (error.InnerException is PluginException refused)
        {
            ExceptionDispatchInfo.Throw(refused);
            throw;
        }
        catch (HttpRequestException error)
        {
            throw new PluginException(FailureKind.Transient, $"{uri.IdnHost} cannot be reached. {error.Message}", error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _wire.Dispose();
        }

        base.Dispose(disposing);
    }

    private static SocketsHttpHandler Wire(IDialer dialer) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = (context, cancellationToken) => dialer.DialAsync(
            HostPattern.Normal(context.DnsEndPoint.Host)!,
            context.DnsEndPoint.Port,
            context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp,
            cancellationToken),
    };
}
