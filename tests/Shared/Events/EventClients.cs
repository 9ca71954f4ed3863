using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Storage.Events;

namespace CustomerInsights.Tests.Shared.Events;

/// <summary>What a client says became of its events.</summary>
/// <param name="Delivered">Ids of those that it reports as delivered.</param>
/// <param name="Failed">Those that it gave up on.</param>
internal sealed record ClientReport(IReadOnlyList<string> Delivered, IReadOnlyList<FailedEvent> Failed);

/// <summary>An event that a client gave up on.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Why">What the client says of it.</param>
internal sealed record FailedEvent(string Id, string Why);

/// <summary>Published SDKs through node, from tests/clients; installed there the first time.</summary>
internal static class EventClients
{
    private const int RowsAtOnce = 5000;

    private static readonly NodePackage s_clients = new("tests/clients", "The event SDKs are run");

    /// <summary>Posts events and waits until the client knows what became of all of them.</summary>
    /// <param name="sdk"><c>segment</c> or <c>rudder</c>.</param>
    /// <param name="url">Where it posts to.</param>
    /// <param name="key">The write key.</param>
    /// <param name="count">How many events.</param>
    public static async Task<ClientReport> PostAsync(string sdk, string url, string key, int count)
    {
        var output = await s_clients.RunAsync("post.mjs", [sdk, url, key, count.ToString(CultureInfo.InvariantCulture)]);

        // An SDK may print as well; the report is the last line.
        return JsonSerializer.Deserialize<ClientReport>(output.TrimEnd().Split('\n')[^1], JsonSerializerOptions.Web)!;
    }

    /// <summary>Does something in real Chromium; see tests/clients/browse.mjs.</summary>
    /// <param name="arguments">What, and what with.</param>
    /// <param name="sitePort">Where the site answers; null for a free port.</param>
    /// <returns>What it reports.</returns>
    public static async Task<JsonNode> BrowseAsync(string[] arguments, int? sitePort = null)
    {
        var output = await s_clients.RunAsync("browse.mjs", arguments, sitePort is { } port ? [KeyValuePair.Create("SITE_PORT", port.ToString(CultureInfo.InvariantCulture))] : []);
        return JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!;
    }

    /// <summary>The ids of the events in a log, in order, each as often as it came.</summary>
    public static async Task<IReadOnlyList<string>> LoggedAsync(IEventLog log)
    {
        var ids = new List<string>();
        var position = 0L;
        while (await log.ReadAsync(position, RowsAtOnce, CancellationToken.None) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                using var document = JsonDocument.Parse(row.Body);
                ids.Add(document.RootElement.GetProperty("event").GetProperty("messageId").GetString()!);
            }

            position = rows[^1].Position;
        }

        return ids;
    }
}
