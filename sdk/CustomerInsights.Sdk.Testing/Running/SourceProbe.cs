using System.Diagnostics;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>What to read.</summary>
internal sealed record SourceRead(byte[] Config)
{
    /// <summary>The streams; null: all that are discovered, each from its beginning.</summary>
    internal IReadOnlyList<StreamSelection>? Streams { get; init; }

    internal int BatchSize { get; init; } = SourceProbe.SmallBatch;

    /// <summary>As often as it can: the more checkpoints, the more places to resume from.</summary>
    internal TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromTicks(1);

    internal long? Limit { get; init; }

    internal string Connection { get; init; } = "kit";

    /// <summary>Told each message when it has come.</summary>
    internal Func<SourceMessage, ValueTask>? OnMessage { get; init; }

    /// <summary>False for bodies that look at counts of very many records.</summary>
    internal bool Keep { get; init; } = true;
}

/// <summary>Calls a connector as the host does.</summary>
internal static class SourceProbe
{
    internal const int SmallBatch = 2;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    internal static ValueTask<PluginSource> OpenSourceAsync(this Trial trial, byte[] config, string connection, CancellationToken cancellationToken) =>
        trial.Bench.Host.OpenSourceAsync(trial.Bench.PluginId, trial.Component.Contribution.Id, connection, config, cancellationToken);

    internal static async Task<SourceCatalog> DiscoverAsync(this Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
        return await source.DiscoverAsync(cancellationToken);
    }

    /// <summary>Reads to the end or to the failure, which is not thrown.</summary>
    internal static async Task<Reading> ReadAsync(this Trial trial, SourceRead read, CancellationToken cancellationToken)
    {
        var reading = new Reading();
        var begun = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            await using var source = await trial.OpenSourceAsync(read.Config, read.Connection, limit.Token);
            var streams = read.Streams ?? Selections(await source.DiscoverAsync(limit.Token));
            await foreach (var message in source.ReadAsync(Request(read, streams), limit.Token))
            {
                if (read.Keep)
                {
                    reading.Messages.Add(message);
                }

                if (read.OnMessage is { } told)
                {
                    await told(message);
                }
            }
        }
        catch (PluginCallException error)
        {
            reading.Failure = error.Failure;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Expect.Failed($"The read did not end within {Longest.TotalSeconds} s. It must end, or say with StreamWaiting until when it waits.");
        }

        reading.Took = Stopwatch.GetElapsedTime(begun);
        return reading;
    }

    /// <summary>The fixture of the beginning, read in full; what everything else is compared with.</summary>
    internal static async Task<(byte[] Config, SourceCatalog Catalog, Reading Reading)> ReferenceAsync(this Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var key = $"reference {trial.Component.Name} {trial.Mode}";
        if (trial.Memory.Find<ReferenceRead>(key) is { } kept)
        {
            return (config, kept.Catalog, kept.Reading);
        }

        var catalog = await trial.DiscoverAsync(config, cancellationToken);
        Expect.That(catalog.Streams.Count > 0, $"DiscoverAsync found no stream in the fixture; there must be one to read.");
        var reading = await trial.ReadAsync(new SourceRead(config) { Streams = Selections(catalog) }, cancellationToken);
        trial.Memory.Keep(key, new ReferenceRead(catalog, reading));
        return (config, catalog, reading);
    }

    /// <summary>As <see cref="ReferenceAsync"/>, for checks that can say nothing when the reading does not end well.</summary>
    internal static async Task<(byte[] Config, SourceCatalog Catalog, Reading Reading)> GoodReferenceAsync(this Trial trial, CancellationToken cancellationToken)
    {
        var found = await trial.ReferenceAsync(cancellationToken);
        Expect.That(found.Reading.IsComplete, $"The fixture cannot be read to its end, so this cannot be checked: the read {found.Reading.Ending()}");
        return found;
    }

    /// <summary>The streams of the catalog that are read bit by bit.</summary>
    internal static IReadOnlyList<StreamDescriptor> Incremental(SourceCatalog catalog)
    {
        IReadOnlyList<StreamDescriptor> streams = [.. catalog.Streams.Where(stream => stream.Modes.Contains(SyncMode.Incremental))];
        return streams.Count > 0 ? streams : throw Expect.NotHere("No stream is read incrementally.");
    }

    internal static IReadOnlyList<StreamSelection> Selections(SourceCatalog catalog) =>
        [.. catalog.Streams.Select(stream => new StreamSelection(stream.Name, stream.Modes.Contains(SyncMode.Full) ? SyncMode.Full : stream.Modes[0]))];

    /// <summary>A state of the fixture that the author has to give.</summary>
    internal static SourceState Given(SourceState? state, string name) =>
        Expect.Given(state, $"test.json gives no '{name}' for this component.");

    private static ReadRequest Request(SourceRead read, IReadOnlyList<StreamSelection> streams) => new("kit-run", streams)
    {
        BatchSize = read.BatchSize,
        CheckpointEvery = read.CheckpointEvery,
        RecordLimit = read.Limit,
    };

    private sealed record ReferenceRead(SourceCatalog Catalog, Reading Reading);
}
