using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Reads people from a server, page by page. Healthy it goes through the host's client; some mutants go past it.</summary>
public sealed class WebConnector : ISourceConnector
{
    private static readonly FieldNames Names = FieldNames.Of("id", "name", "updated");

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        using var client = await ClientAsync(options, context, cancellationToken);
        using var page = await PageAsync(options, client, context, 1, null, cancellationToken);
        return new CheckResult([new CheckItem("Server answers", Ok: true)]);
    }

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new SourceCatalog([new StreamDescriptor("people", [new("id", FieldKind.Text), new("name", FieldKind.Text), new("updated", FieldKind.Text)], ["id"], [SyncMode.Full, SyncMode.Incremental])
        {
            CursorField = "updated",
            StateVersion = 2,
        }]));

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        using var client = await ClientAsync(options, context, cancellationToken);
        var selection = request.Streams[0];
        var from = selection.Mode == SyncMode.Incremental || selection.Resuming ? Bookmark.Read(selection.State, options)?.At : null;
        var (page, count, last) = (1, 0L, from);
        var batch = new List<Record>();
        while (true)
        {
            var asked = page;
            using var answer = await PageAsync(options, client, context, page, from, cancellationToken);
            var items = answer?.RootElement.GetProperty("items").EnumerateArray() ?? default;
            foreach (var item in items)
            {
                var updated = item.GetProperty("updated").GetDateTimeOffset();
                batch.Add(new Record(item.GetProperty("id").GetString()!, [item.GetProperty("id").GetString(), item.GetProperty("name").GetString(), item.GetProperty("updated").GetString()]));
                count++;
                last = updated;
                var limit = request.RecordLimit is { } most && count >= most;
                if (batch.Count >= request.BatchSize || limit)
                {
                    yield return new RecordBatch("people", Names, batch);
                    batch = [];
                    if (limit)
                    {
                        yield return new StreamEnded("people", StreamOutcome.Incomplete, "The limit is reached.");
                        yield break;
                    }

                    yield return new Checkpoint("people", new Bookmark { At = last }.Write());
                }
            }

            if (answer?.RootElement.GetProperty("next") is not { ValueKind: JsonValueKind.Number } next)
            {
                break;
            }

            page = next.GetInt32();
            if (page <= asked && !options.Is("E10"))
            {
                throw new PluginException(FailureKind.Data, $"Page {asked} of /people names page {page} as the next one. Tell the people of the server.");
            }
        }

        if (batch.Count > 0)
        {
            yield return new RecordBatch("people", Names, batch);
        }

        if (last is not null)
        {
            yield return new Checkpoint("people", new Bookmark { At = last }.Write());
        }

        yield return new StreamEnded("people", StreamOutcome.Complete);
    }

    public ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) => new(Bookmark.Upgrade(state, broken: false));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask<HttpClient> ClientAsync(MutantOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        // Past the host: no allow-list, no retry, no limit.
        var client = options.Mutant is "E01" or "E02" or "E03" or "E05" or "E07" or "E11" or "E12" or "G03" or "X06" ? new HttpClient() : context.Http.CreateClient();
        client.BaseAddress = options.Url;
        if (options.Key is { } key)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await context.Secrets.RevealAsync(key, cancellationToken));
        }

        return client;
    }

    /// <summary>A page; null where a mutant takes a failure for the end.</summary>
    private static async ValueTask<JsonDocument?> PageAsync(MutantOptions options, HttpClient client, IPluginContext context, int page, DateTimeOffset? from, CancellationToken cancellationToken)
    {
        var path = $"/people?page={page}{(from is { } at ? $"&since={at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}{(options.Is("G01.url") ? "&key=" + Uri.EscapeDataString(client.DefaultRequestHeaders.Authorization!.Parameter!) : "")}";
        for (var i = 0; options.Is("E12") && i < 150; i++)
        {
            using var more = await client.GetAsync(path, cancellationToken);
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (options.Is("E07"))
            {
                limit.CancelAfter(300);
            }

            using var response = await client.GetAsync(path, limit.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests && options.Mutant is "E01" or "X06")
            {
                await Task.Delay(options.Is("X06") ? response.Headers.RetryAfter!.Delta!.Value : TimeSpan.Zero, cancellationToken);
                return await PageAsync(options, client, context, page, from, cancellationToken);
            }

            if ((!response.IsSuccessStatusCode && options.Mutant is "E02" or "E03") || (response.StatusCode == HttpStatusCode.Unauthorized && options.Is("E04")))
            {
                return null;
            }

            response.ThrowIfFailed(context.Clock, "/url");
            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return JsonDocument.Parse(body);
        }
        catch (JsonException error) when (!options.Is("E08"))
        {
            throw new PluginException(FailureKind.Data, options.Is("E06") ? "An answer is not JSON." : $"Page {page} of /people is not JSON: {error.Message} Tell the people of the server.", error);
        }
        catch (HttpRequestException error)
        {
            return options.Is("E05") ? null : throw new PluginException(FailureKind.Transient, $"Page {page} of /people did not come whole. {error.Message}", error);
        }
        catch (OperationCanceledException) when (options.Is("E07") && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
