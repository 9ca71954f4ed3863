using System.Text;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench.Lifecycle;

/// <summary>What a host does with a plugin in a day: every kind of call on <c>test.healthy</c>, some of them cancelled or failing.</summary>
internal static class HealthyUse
{
    internal const string Plugin = "test.healthy";
    private const int MessagesOf30Rows = 7;

    internal static ReadRequest Rows { get; } = new("run-1", [new StreamSelection("rows", SyncMode.Full)]);

    /// <summary>Check, discover, a read, a read that is cancelled in the middle, a read that fails, an enrichment, an export that is given up.</summary>
    internal static async Task RunAsync(PluginHost host, CancellationToken cancellationToken)
    {
        await ReadWholeAsync(host, cancellationToken);
        await ReadHalfAsync(host, cancellationToken);
        await ReadToFailureAsync(host, cancellationToken);
        await using var enrichment = await host.OpenEnrichmentAsync(Plugin, "greeting", "c2", "{}"u8.ToArray(), cancellationToken);
        await enrichment.EnrichAsync([new ProfileInput("p1", ["Ann"])], cancellationToken);
        await using var export = await host.OpenExportAsync(Plugin, null, "c3", "{}"u8.ToArray(), cancellationToken);
        await using var session = await export.OpenAsync(new ExportJob("r", "e", "s", [], 1, DateTimeOffset.UnixEpoch), cancellationToken);
        await session.WriteAsync("b1", [new ExportMember("p1", MemberChange.Added, [])], cancellationToken);
        await session.AbortAsync(cancellationToken);
    }

    internal static ValueTask<PluginSource> OpenAsync(PluginHost host, string configuration, CancellationToken cancellationToken) =>
        host.OpenSourceAsync(Plugin, null, "c1", Encoding.UTF8.GetBytes(configuration), cancellationToken);

    private static async Task ReadWholeAsync(PluginHost host, CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(host, """{"rows":30,"token":{"$secret":"t"}}""", cancellationToken);
        await source.CheckAsync(cancellationToken);
        await source.DiscoverAsync(cancellationToken);
        var messages = await source.ReadAsync(Rows, cancellationToken).CountAsync(cancellationToken);
        Expect(messages == MessagesOf30Rows, $"{messages} messages came");
    }

    private static async Task ReadHalfAsync(PluginHost host, CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(host, """{"rows":30,"pauseAfter":10}""", cancellationToken);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var message in source.ReadAsync(Rows, cancel.Token))
            {
                if (message is Checkpoint)
                {
                    await cancel.CancelAsync();
                }
            }

            Expect(false, "the read went on after it was cancelled");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // As asked.
        }
    }

    private static async Task ReadToFailureAsync(PluginHost host, CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(host, """{"rows":30,"failAfter":10}""", cancellationToken);
        try
        {
            await source.ReadAsync(Rows, cancellationToken).CountAsync(cancellationToken);
            Expect(false, "the read did not fail");
        }
        catch (PluginCallException error)
        {
            Expect(error.Failure is { Kind: FailureKind.Transient, Message: "Row 10 could not be read." }, error.Failure.Message);
        }
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The healthy plugin was not used as meant: {otherwise}.");
        }
    }
}
