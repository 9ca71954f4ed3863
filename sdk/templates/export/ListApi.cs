using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>
/// The other side. <c>POST lists/{list}/staged?run=…</c> keeps members aside, <c>POST lists/{list}/commit?run=…</c> puts them in place of those that were
/// there, <c>DELETE lists/{list}/staged?run=…</c> forgets them.
/// </summary>
/// <remarks>The host's client waits, retries and honours Retry-After by itself, and reaches declared hosts alone. Nothing of that is done again here.</remarks>
internal sealed class ListApi : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly string _list;

    private ListApi(HttpClient http, TimeProvider clock, string list) => (_http, _clock, _list) = (http, clock, list);

    /// <summary>Opens the token and makes a client that sends it.</summary>
    public static async Task<ListApi> ConnectAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var token = await context.Secrets.RevealAsync(options.Token, cancellationToken).ConfigureAwait(false);
        var http = context.Http.CreateClient();

        // Without the slash at its end the last part of the address would be replaced, not followed.
        http.BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + '/');
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new ListApi(http, context.Clock, options.List);
    }

    /// <summary>Looks at the list, and changes nothing.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"lists/{_list}");
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps members aside.</summary>
    /// <returns>Whom the API refuses: the place in the batch, from 0, and why.</returns>
    public async Task<IReadOnlyList<(int Place, string Reason)>> StageAsync(ExportJob job, string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"lists/{_list}/staged?run={Uri.EscapeDataString(job.RunId)}") { Content = Json(job, members) };

        // The same batch sent twice is there once: the key says so to the API, the mark to the host, which may then try again by itself.
        request.Headers.Add("Idempotency-Key", $"{job.RunId}/{batchId}");
        using var response = await SendAsync(request.Repeatable(), cancellationToken).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await JsonSerializer.DeserializeAsync(body, PluginNameJson.Default.BatchAnswer, cancellationToken).ConfigureAwait(false);
            return [.. (answer?.Refused ?? []).Where(one => one.Place >= 0 && one.Place < members.Count).Select(one => (one.Place, one.Reason))];
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Data, "The API's answer to a batch is not JSON that can be read. Is the address that of the API?", error) { ConfigurationPath = "/url" };
        }
    }

    /// <summary>Puts what was kept aside in place, all at once.</summary>
    public Task CommitAsync(ExportJob job, CancellationToken cancellationToken) => EndAsync(HttpMethod.Post, "commit", job, cancellationToken);

    /// <summary>Forgets what was kept aside.</summary>
    public Task DiscardAsync(ExportJob job, CancellationToken cancellationToken) => EndAsync(HttpMethod.Delete, "staged", job, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task EndAsync(HttpMethod method, string what, ExportJob job, CancellationToken cancellationToken)
    {
        // A run is committed once, however often that is said.
        using var request = new HttpRequestMessage(method, $"lists/{_list}/{what}?run={Uri.EscapeDataString(job.RunId)}").Repeatable();
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return (await _http.SendAsync(request, cancellationToken).ConfigureAwait(false)).ThrowIfFailed(_clock, "/url");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new PluginException(FailureKind.Transient, "The API's answer broke off before its end.", error);
        }
    }

    private static ReadOnlyMemoryContent Json(ExportJob job, IReadOnlyList<ExportMember> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("members");
            foreach (var member in members)
            {
                json.WriteStartObject();
                for (var i = 0; i < job.Fields.Count; i++)
                {
                    json.WritePropertyName(job.Fields[i].Name);
                    member.Values[i].WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(buffer.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
    }
}
