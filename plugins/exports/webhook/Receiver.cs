using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Who receives. Posts, signs every attempt anew, waits and tries again.</summary>
/// <remarks>
/// The host's client could repeat by itself, with the signature of the first attempt; receivers refuse one that is five minutes old. So requests are not
/// marked as repeatable, and what the host's client would do is done here.
/// </remarks>
internal sealed class Receiver : IDisposable
{
    private const int ShortestSecret = 16;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly WebhookOptions _options;
    private readonly IPluginContext _context;
    private readonly HttpClient _http;
    private readonly IReadOnlyList<string> _secrets;
    private readonly string? _authorization;
    private readonly string _gone;

    private Receiver(WebhookOptions options, IPluginContext context, IReadOnlyList<string> secrets, string? authorization)
    {
        (_options, _context, _secrets, _authorization) = (options, context, secrets, authorization);
        _http = context.Http.CreateClient();
        _gone = "gone/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Url.AbsoluteUri)));
    }

    /// <summary>Opens the secrets.</summary>
    public static async Task<Receiver> OpenAsync(WebhookOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var secrets = new List<string> { await SecretAsync(options.SigningSecret, "/signingSecret").ConfigureAwait(false) };
        if (options.FormerSigningSecret is { } former)
        {
            secrets.Add(await SecretAsync(former, "/formerSigningSecret").ConfigureAwait(false));
        }

        var authorization = options.Authorization is { } reference ? await context.Secrets.RevealAsync(reference, cancellationToken).ConfigureAwait(false) : null;
        return authorization is null || AuthenticationHeaderValue.TryParse(authorization, out _)
            ? new Receiver(options, context, secrets, authorization)
            : throw new PluginException(FailureKind.Configuration, "The authorization is not the value of a header. Give it with its scheme, such as 'Bearer …'.") { ConfigurationPath = "/authorization" };

        async Task<string> SecretAsync(SecretReference secret, string path)
        {
            var value = await context.Secrets.RevealAsync(secret, cancellationToken).ConfigureAwait(false);
            return value.Length >= ShortestSecret
                ? value
                : throw new PluginException(FailureKind.Configuration, $"The secret has fewer than {ShortestSecret} characters and could be guessed. Make a longer one, by chance.") { ConfigurationPath = path };
        }
    }

    /// <summary>Refuses to go on where the receiver has said that it is gone for good.</summary>
    public async Task MustBeThereAsync(CancellationToken cancellationToken)
    {
        if (await _context.Storage.GetAsync(_gone, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw Gone();
        }
    }

    /// <summary>Posts a body that tells of nobody. A receiver that takes it is not gone any more.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        var now = _context.Clock.GetUtcNow();
        var id = string.Create(CultureInfo.InvariantCulture, $"ping_{now.UtcTicks:x}");
        using var request = Make(id, "ping", WebhookOptions.Json, JsonPayload.Ping(id, now));
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is 410)
        {
            throw Gone();
        }

        response.ThrowIfFailed(_context.Clock, "/url");
        await _context.Storage.DeleteAsync(_gone, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Delivers.</summary>
    /// <param name="id">The delivery's id.</param>
    /// <param name="contentType">The body's media type.</param>
    /// <param name="body">The body.</param>
    /// <param name="cancellationToken">Ends it; it may have arrived.</param>
    /// <returns>Null when the receiver has it; otherwise why it does not take it.</returns>
    /// <exception cref="PluginException">It could not be delivered now, or nothing can.</exception>
    public async Task<string?> DeliverAsync(string id, string contentType, byte[] body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (refused, failure) = await TryAsync(id, contentType, body, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                return refused;
            }

            var wait = failure.RetryAfter ?? Pause(id, attempt);
            if (attempt == _options.Attempts || wait > LongestWait)
            {
                throw failure;
            }

            await Task.Delay(wait, _context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    /// <summary>1, 2, 4 … 60 seconds, and up to a quarter more, so that many senders do not come at one moment.</summary>
    internal static TimeSpan Pause(string id, int attempt)
    {
        var seconds = Math.Min(LongestPause.TotalSeconds, Math.Pow(2, attempt - 1));
        var part = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id} {attempt}")))[0] / 255.0;
        return TimeSpan.FromSeconds(seconds * (1 + (part / 4)));
    }

    private async Task<(string? Refused, PluginException? Failure)> TryAsync(string id, string contentType, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Make(id, JsonPayload.Members, contentType, body);
            using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            switch ((int)response.StatusCode)
            {
                case >= 200 and < 300:
                    return (null, null);
                case 410:
                    await _context.Storage.PutAsync(_gone, "1"u8.ToArray(), ifMatch: null, expiresIn: null, cancellationToken).ConfigureAwait(false);
                    throw Gone();
                case 400 or 409 or 413 or 415 or 422:
                    return (string.Create(CultureInfo.InvariantCulture, $"The receiver does not take the delivery {id}: it answered {(int)response.StatusCode}. It is sent again by the next run; look into the receiver's log for the reason."), null);
                default:
                    var failure = response.ToPluginException(_context.Clock, "/url");
                    return failure.Kind is FailureKind.RateLimited or FailureKind.Transient ? (null, failure) : throw failure;
            }
        }
        catch (PluginException error) when (error.Kind == FailureKind.Transient)
        {
            return (null, error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            // What the receiver says beside its status is of no use, and may be endless.
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, $"{_options.Url.Host} cannot be reached, or broke off.", error);
        }
    }

    private HttpRequestMessage Make(string id, string type, string contentType, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType, "utf-8");
        request.Headers.Add("Idempotency-Key", id);
        request.Headers.Add("Webhook-Event", type);
        request.Headers.Add(Signature.Header, Signature.Of(_secrets, body, _context.Clock.GetUtcNow()));
        if (_authorization is not null)
        {
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(_authorization);
        }

        return request;
    }

    private PluginException Gone() => new(FailureKind.Permanent, $"{_options.Url.Host} has answered 410 (gone): it wants no more deliveries, and none are sent. Give another address; or, when the receiver is back, test the connection.") { ConfigurationPath = "/url" };
}
