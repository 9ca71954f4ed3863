using System.Diagnostics;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>X: cancelling, stopping, and time.</summary>
internal static class CancelChecks
{
    private const int LongestBlockMs = 50;
    private const int Tries = 3;
    private const int Places = 3;
    private const int Looks = 20;
    private const long Noise = 1024 * 1024;
    private const long MostBuffered = 48L * 1024 * 1024;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AskedWait = TimeSpan.FromHours(1);

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("X01", "A cancelled read ends within 2 s, wherever it is", Subject.Connector, CancelAsync),
        new("X02", "A stop of the plugin ends what runs", Subject.Connector, StopAsync),
        new("X03", "A second dispose does no harm", Subject.Component, DisposeTwiceAsync) { OnlyIn = IsolationMode.InProcess, Note = "The host disposes once; seen without the boundary." },
        new("X04", "A slow reader is waited for, not buffered for", Subject.Connector, SlowReaderAsync),
        new("X05", "No call blocks its caller for more than 50 ms", Subject.Connector, BlockAsync) { OnlyIn = IsolationMode.InProcess, Note = "Seen without the boundary; the best of three tries counts." },
        new("X06", "A source that asks for patience is reported, not slept through", Subject.Connector, PatienceAsync),
        new("X07", "Nothing happens any more after dispose", Subject.Connector, QuietAsync),
    ];

    private static async Task CancelAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, _) = await trial.GoodReferenceAsync(cancellationToken);
        var streams = SourceProbe.Selections(catalog);
        await CancelAtAsync(trial, config, streams, messages: 0, TimeSpan.Zero, "at its start", cancellationToken);
        for (var messages = 1; messages <= Places; messages++)
        {
            await CancelAtAsync(trial, config, streams, messages, Moment, $"after message {messages}", cancellationToken);
        }

        if (trial.Component.Test.Http is null)
        {
            return;
        }

        trial.Bench.Server.Forget(new ServerFault(FaultKind.Stall, From: 1, Times: int.MaxValue));
        await CancelAtAsync(trial, config, streams, messages: 0, Moment * 3, "while it waits for the body of an answer", cancellationToken);
        trial.Bench.Server.Forget(new ServerFault(FaultKind.ServerError, From: 1, Times: int.MaxValue));
        await CancelAtAsync(trial, config, streams, messages: 0, Moment * 3, "while it waits to try again", cancellationToken);
    }

    private static async Task CancelAtAsync(Trial trial, byte[] config, IReadOnlyList<StreamSelection> streams, int messages, TimeSpan after, string when, CancellationToken cancellationToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = 0L;
        try
        {
            await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
            await using var reader = source.ReadAsync(new ReadRequest("kit-run", streams) { BatchSize = 1, CheckpointEvery = TimeSpan.FromTicks(1) }, cancel.Token).GetAsyncEnumerator(cancel.Token);
            for (var i = 0; i < messages; i++)
            {
                await reader.MoveNextAsync();
            }

            var next = reader.MoveNextAsync().AsTask();
            await Task.WhenAny(next, Task.Delay(after, TimeProvider.System, cancellationToken));
            begun = Stopwatch.GetTimestamp();
            await cancel.CancelAsync();
            await next;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // As it should be.
        }
        catch (PluginCallException error)
        {
            Expect.That(!IsHang(error.Failure), $"Cancelled {when}: {error.Message} Hand the token to everything that waits, and return soon after it is cancelled.");
            Expect.That(begun == 0 || error.Failure.Kind != FailureKind.Bug, $"Cancelled {when}, the read failed as a bug: {error.Message} Let OperationCanceledException pass.");
        }

        Expect.That(begun == 0 || Stopwatch.GetElapsedTime(begun) < Grace + Grace, $"Cancelled {when}, the read took {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s to end; 2 s are allowed.");
        Expect.That(trial.Bench.Objection is null, $"Cancelled {when}, the plugin had to be given up. {trial.Bench.Objection}");
    }

    private static bool IsHang(PluginFailure failure) => failure.Message.Contains("did not stop within", StringComparison.Ordinal);

    private static async Task StopAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, _) = await trial.GoodReferenceAsync(cancellationToken);
        var held = trial.Bench.Held;
        if (trial.Component.Test.Http is not null)
        {
            trial.Bench.Server.Forget(new ServerFault(FaultKind.Stall, From: 1, Times: int.MaxValue));
        }

        PluginFailure? failure = null;
        Task stop = Task.CompletedTask;
        try
        {
            await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
            await using var reader = source.ReadAsync(new ReadRequest("kit-run", SourceProbe.Selections(catalog)) { BatchSize = 1, CheckpointEvery = TimeSpan.FromTicks(1) }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var next = reader.MoveNextAsync().AsTask();
            for (var i = 0; await Task.WhenAny(next, Task.Delay(Moment, TimeProvider.System, cancellationToken)) == next && i < Places && await next; i++)
            {
                next = reader.MoveNextAsync().AsTask();
            }

            stop = trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            await next;
        }
        catch (PluginCallException error)
        {
            failure = error.Failure;
        }

        await stop;
        Expect.That(failure is null || !IsHang(failure), $"The plugin was stopped during a read: {failure?.Message} End what runs when the token, or IPluginContext.Stopping, is cancelled.");
        Expect.That(trial.Bench.Objection is null, $"The plugin was stopped during a read, and does not run again. {trial.Bench.Objection}");
        Expect.That(trial.Bench.Held == held, $"The plugin was stopped during a read, and its code does not leave memory: something of it still runs.");
    }

    private static async Task DisposeTwiceAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var (handle, close) = await OpenAsync(trial, config, cancellationToken);
        await using (close)
        {
            await handle.Boundary.CallAsync(
                "A second DisposeAsync",
                handle.Boundary.Limits.Short,
                async _ =>
                {
                    var component = handle.Component<IAsyncDisposable>("DisposeAsync");
                    await component.DisposeAsync();
                    await component.DisposeAsync();
                    return true;
                },
                cancellationToken);
        }
    }

    private static async Task<(ComponentHandle Handle, IAsyncDisposable Close)> OpenAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        switch (trial.Component.Subject)
        {
            case Subject.Connector:
                var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
                await source.CheckAsync(cancellationToken);
                return (source.Handle, source);
            case Subject.Export:
                var target = await trial.OpenTargetAsync(config, cancellationToken);
                await target.CheckAsync(cancellationToken);
                return (target.Handle, target);
            default:
                var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken);
                await enrichment.CheckAsync(cancellationToken);
                return (enrichment.Handle, enrichment);
        }
    }

    private static async Task SlowReaderAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component, SourceProbe.Given(trial.Component.Test.Large, "large"));
        await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
        var streams = SourceProbe.Selections(await source.DiscoverAsync(cancellationToken));
        var meter = new MemoryMeter(trial.Bench);

        // From before the first message: a quick plugin may have read all of it by then.
        var before = meter.Used();
        await using var reader = source.ReadAsync(new ReadRequest("kit-run", streams), cancellationToken).GetAsyncEnumerator(cancellationToken);
        Expect.That(await reader.MoveNextAsync(), $"The state 'large' gave no message.");
        var grown = meter.Used() - before;

        // As long as it grows; one that waits stands still at once, and one on a busy machine may stand still for a moment.
        for (var (still, i) = (0, 0); still < 4 && grown < MostBuffered && i < Looks; i++)
        {
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
            var now = meter.Used() - before;
            still = now - grown < Noise ? still + 1 : 0;
            grown = now;
        }

        Expect.That(grown < MostBuffered, $"While nobody asked for a message, memory grew by {grown / 1024 / 1024} MB: the plugin reads on into a buffer without an end. Read when you are asked, or use a bounded channel.");
    }

    private static async Task BlockAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, _) = await trial.GoodReferenceAsync(cancellationToken);
        var request = new ReadRequest("kit-run", SourceProbe.Selections(catalog));
        var best = ("", TimeSpan.MaxValue);
        for (var i = 0; i < Tries && best.Item2.TotalMilliseconds > LongestBlockMs; i++)
        {
            await using var source = await trial.OpenSourceAsync(config, "kit", cancellationToken);
            var found = await LongestBlockAsync(source, config, request, cancellationToken);
            best = found.Longest < best.Item2 ? found : best;
        }

        Expect.That(best.Item2.TotalMilliseconds <= LongestBlockMs, $"{best.Item1} kept its caller for {best.Item2.TotalMilliseconds:0} ms before it returned its task; {LongestBlockMs} ms are allowed. Await what waits, and leave long computation to Task.Run.");
    }

    private static Task<(string Call, TimeSpan Longest)> LongestBlockAsync(PluginSource source, byte[] config, ReadRequest request, CancellationToken cancellationToken) =>
        source.Handle.Boundary.CallAsync(
            "A call without the boundary",
            Patience,
            async token =>
            {
                var connector = source.Handle.Component<ISourceConnector>("ReadAsync");
                var longest = ("", TimeSpan.Zero);
                async Task<T> Timed<T>(string call, Func<ValueTask<T>> begin)
                {
                    var begun = Stopwatch.GetTimestamp();
                    var task = begin();
                    var took = Stopwatch.GetElapsedTime(begun);
                    longest = took > longest.Item2 ? (call, took) : longest;
                    return await task;
                }

                await Timed("CheckAsync", () => connector.CheckAsync(config, source.Handle.Context, token));
                await Timed("DiscoverAsync", () => connector.DiscoverAsync(config, source.Handle.Context, token));
                await using var messages = connector.ReadAsync(config, request, source.Handle.Context, token).GetAsyncEnumerator(token);
                while (await Timed("ReadAsync", messages.MoveNextAsync))
                {
                    // Each step is timed.
                }

                return longest;
            },
            cancellationToken);

    private static async Task PatienceAsync(Trial trial, CancellationToken cancellationToken)
    {
        FaultChecks.NeedServer(trial);
        var (config, _, _) = await trial.GoodReferenceAsync(cancellationToken);
        trial.Bench.Server.Forget(new ServerFault(FaultKind.TooManySeconds, From: 1, Times: int.MaxValue) { RetryAfter = (int)AskedWait.TotalSeconds });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var least = AskedWait - TimeSpan.FromMinutes(5);
        var waits = new List<StreamWaiting>();
        try
        {
            var reading = await trial.ReadAsync(
                new SourceRead(config)
                {
                    OnMessage = async message =>
                    {
                        if (message is StreamWaiting waiting)
                        {
                            waits.Add(waiting);
                            await patience.CancelAsync();
                        }
                    },
                },
                patience.Token);
            Expect.That(reading.Failure is { Kind: FailureKind.RateLimited }, $"The source asked to wait an hour (429, Retry-After), and the read {reading.Ending()} Throw RateLimited with RetryAfter, or yield StreamWaiting.");
            Expect.That(reading.Failure!.RetryAfter >= least, $"The source asked to wait an hour, and the failure says RetryAfter {reading.Failure.RetryAfter?.ToString() ?? "nothing"}. Pass on what the source says.");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Expect.That(waits.Count > 0, $"The source asked to wait an hour (429, Retry-After), and the read was silent for {Patience.TotalSeconds} s. Throw RateLimited with RetryAfter, or yield StreamWaiting before you wait: to the host silence looks like a hang.");
            Expect.That(waits[0].ResumesAt - trial.Bench.Clock.GetUtcNow() >= least, $"The source asked to wait an hour, and StreamWaiting says until {waits[0].ResumesAt:u}. Pass on what the source says.");
        }

        var said = trial.Bench.Server.Requests.Count;
        Expect.That(said < 20, $"The source asked to wait an hour, and got {said} more requests.");
    }

    private static async Task QuietAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, _) = await trial.GoodReferenceAsync(cancellationToken);
        var begun = false;
        await using (var source = await trial.OpenSourceAsync(config, "kit", cancellationToken))
        {
            await foreach (var _ in source.ReadAsync(new ReadRequest("kit-run", SourceProbe.Selections(catalog)) { BatchSize = 1 }, cancellationToken))
            {
                begun = true;
                break;
            }
        }

        Expect.That(begun, $"The read gave no message.");

        // What was under way when the read was given up may still arrive.
        await Task.Delay(Moment * 2, TimeProvider.System, cancellationToken);
        var before = Activity(trial.Bench);
        await Task.Delay(Quiet, TimeProvider.System, cancellationToken);
        var after = Activity(trial.Bench);
        Expect.That(before == after, $"After the component was disposed it went on: log lines, calls of the host, requests before {before} and {Quiet.TotalSeconds} s later {after}. Leave nothing running behind DisposeAsync.");
    }

    private static (int Lines, int Calls, int Requests) Activity(Bench bench) =>
        (bench.Loggers.Lines.Count(line => line.IsPlugin), bench.Services.Activity, bench.Server.Requests.Count);
}
