using System.Diagnostics;
using System.Net;
using CustomerInsights.Sdk.Testing.Running;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>E: a server that fails in the middle of a read.</summary>
internal static class FaultChecks
{
    private const int Runaway = 60;

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("E01", "429 with Retry-After, in seconds and as a date, is waited for", Subject.Connector, TooManyAsync),
        new("E02", "500 twice and then an answer loses nothing", Subject.Connector, TwiceAsync),
        new("E03", "500 for ever is Transient", Subject.Connector, ForEverAsync),
        new("E04", "401 in the middle of a run is Authentication", Subject.Connector, UnauthorizedAsync),
        new("E05", "A connection that is reset in the middle of a body loses nothing", Subject.Connector, ResetAsync),
        new("E06", "Truncated and malformed JSON is Data, with the page named", Subject.Connector, JsonAsync),
        new("E07", "An answer that drips is read or given up, not lost", Subject.Connector, DripAsync),
        new("E08", "A page for people instead of JSON is a failure that says so", Subject.Connector, HtmlAsync),
        new("E09", "A record that cannot be read is rejected, and the others pass", Subject.Connector, BadRecordAsync),
        new("E10", "A page that comes again and again is noticed", Subject.Connector, LoopAsync),
        new("E11", "A redirect to another host is refused", Subject.Connector, RedirectAsync),
        new("E12", "Requests stay below the declared number a minute", Subject.Connector, RateAsync),
        new("E13", "Two connections that read at once do not mix", Subject.Connector, ParallelAsync),
    ];

    internal static void NeedServer(Trial trial)
    {
        if (trial.Component.Test.Http is null)
        {
            throw Expect.NotHere("The component has no server in its fixture (http).");
        }
    }

    /// <summary>Reads with a fault at a request in the middle of the read.</summary>
    private static async Task<(Reading Whole, Reading Reading, IReadOnlyList<SeenRequest> Requests, int At)> ReadWithAsync(
        Trial trial, FaultKind kind, int times, CancellationToken cancellationToken, Func<ServerFault, ServerFault>? more = null)
    {
        NeedServer(trial);
        var (config, _, whole) = await trial.GoodReferenceAsync(cancellationToken);

        // Discovery first, so that the fault meets the read. The fault meets the last request: what is lost there is never asked for again.
        var catalog = await trial.DiscoverAsync(config, cancellationToken);
        var streams = SourceProbe.Selections(catalog);
        trial.Bench.Server.Forget(null);
        var clean = await trial.ReadAsync(new SourceRead(config) { Streams = streams }, cancellationToken);
        var at = trial.Bench.Server.Requests.Count;
        Expect.That(clean.IsComplete && at > 0, $"Without a fault the read {clean.Ending()} and made {at} requests.");
        var fault = new ServerFault(kind, at, times);
        trial.Bench.Server.Forget(more?.Invoke(fault) ?? fault);
        var reading = await trial.ReadAsync(new SourceRead(config) { Streams = streams }, cancellationToken);
        return (whole, reading, trial.Bench.Server.Requests, at);
    }

    private static void Whole(Reading whole, Reading reading, string what)
    {
        Expect.That(reading.IsComplete, $"{what}: the read {reading.Ending()}");
        var missing = whole.Content().Where(pair => reading.Content().GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key.Key).ToList();
        Expect.That(missing.Count == 0, $"{what}: the read ended {reading.Ending()} and lost or changed {Expect.Some(missing)}.");
    }

    private static void FailsAs(Reading reading, string what, string remedy, params FailureKind[] kinds)
    {
        Expect.That(reading.Failure is not null || reading.Messages.OfType<StreamEnded>().Any(end => end.Outcome == StreamOutcome.Incomplete), $"{what}: the read {reading.Ending()} {remedy}");
        Expect.That(reading.Failure is null || kinds.Contains(reading.Failure.Kind), $"{what}: the read {reading.Ending()} Expected was {string.Join(" or ", kinds)}. {remedy}");
    }

    private static async Task TooManyAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var kind in (FaultKind[])[FaultKind.TooManySeconds, FaultKind.TooManyDate])
        {
            var (whole, reading, requests, at) = await ReadWithAsync(trial, kind, times: 1, cancellationToken);
            var what = $"The server answered request {at} with 429 and Retry-After ({(kind == FaultKind.TooManyDate ? "a date" : "seconds")})";
            if (reading.Failure is { Kind: FailureKind.RateLimited, RetryAfter: not null })
            {
                continue;
            }

            Whole(whole, reading, what);
            var waited = requests.Count > at ? Stopwatch.GetElapsedTime(requests[at - 1].At, requests[at].At) : TimeSpan.Zero;

            // Clocks and timers are a little coarse.
            Expect.That(waited >= TimeSpan.FromMilliseconds(900), $"{what}: the next request came after {waited.TotalMilliseconds:0} ms; wait as long as the server asks for.");
        }
    }

    private static async Task TwiceAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (whole, reading, _, at) = await ReadWithAsync(trial, FaultKind.ServerError, times: 2, cancellationToken);
        Whole(whole, reading, $"The server answered request {at} with 500 twice and then as it should");
    }

    private static async Task ForEverAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, reading, _, at) = await ReadWithAsync(trial, FaultKind.ServerError, int.MaxValue, cancellationToken);
        FailsAs(reading, $"The server answered request {at} and all after it with 500", "A run without its last page is not complete; the host tries again after a Transient failure.", FailureKind.Transient);
    }

    private static async Task UnauthorizedAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, reading, _, at) = await ReadWithAsync(trial, FaultKind.Unauthorized, int.MaxValue, cancellationToken);
        FailsAs(reading, $"The server answered request {at} with 401", "A run that is locked out half way is not complete; a person must see to the credentials.", FailureKind.Authentication);
        Expect.That(reading.Failure is not null, $"The server answered request {at} with 401, and the read {reading.Ending()} Throw Authentication, so that a person is asked.");
    }

    private static async Task ResetAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (whole, reading, _, at) = await ReadWithAsync(trial, FaultKind.Reset, times: 1, cancellationToken);
        WholeOr(whole, reading, $"The connection was reset in the middle of the answer to request {at}", FailureKind.Transient);
    }

    private static void WholeOr(Reading whole, Reading reading, string what, params FailureKind[] kinds)
    {
        if (reading.Failure is null)
        {
            Whole(whole, reading, what);
        }
        else
        {
            FailsAs(reading, what, "Try again, or fail as Transient so that the host does.", kinds);
        }
    }

    private static async Task JsonAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var kind in (FaultKind[])[FaultKind.Truncated, FaultKind.Malformed])
        {
            var (_, reading, requests, at) = await ReadWithAsync(trial, kind, int.MaxValue, cancellationToken);
            FailsAs(reading, $"The answer to request {at} is {(kind == FaultKind.Truncated ? "JSON that ends in the middle" : "not JSON")}", "Nobody can read it, so it is Data, and the message names the page.", FailureKind.Data);
            var path = requests[at - 1].Path;
            var message = reading.Failure?.Message ?? string.Join(' ', reading.Messages.OfType<StreamEnded>().Select(end => end.Reason));
            Expect.That(message.Contains(path, StringComparison.Ordinal), $"The answer to {path} cannot be read, and the message does not name it: '{message}'");
        }
    }

    private static async Task DripAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (whole, reading, _, at) = await ReadWithAsync(trial, FaultKind.Drip, times: 1, cancellationToken);
        WholeOr(whole, reading, $"The answer to request {at} came a few bytes at a time, over about a second", FailureKind.Transient);
    }

    private static async Task HtmlAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, reading, _, at) = await ReadWithAsync(trial, FaultKind.Html, int.MaxValue, cancellationToken);
        FailsAs(reading, $"The answer to request {at} is a page for people (200, text/html)", "Look at the content type, or at the first character, and say what came.", FailureKind.Data, FailureKind.Configuration, FailureKind.Permanent, FailureKind.Transient);
    }

    private static async Task BadRecordAsync(Trial trial, CancellationToken cancellationToken)
    {
        var bad = SourceProbe.Given(trial.Component.Test.Bad, "bad");
        if (bad.Rejected.Count == 0)
        {
            throw Expect.NotHere("test.json does not say how many records of 'bad' are rejected (bad.rejected).");
        }

        var (_, _, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var config = trial.Bench.Change(trial.Component, bad);
        var reading = await trial.ReadAsync(new SourceRead(config), cancellationToken);
        Expect.That(reading.IsComplete, $"With records that cannot be read, the read {reading.Ending()} Yield RejectedRecord for each and go on.");
        foreach (var (stream, count) in bad.Rejected)
        {
            var rejected = reading.Rejected(stream).Count();
            Expect.That(rejected == count, $"'{stream}' has {count} records that cannot be read, and {rejected} came as rejected. A record that vanishes without a word is lost.");
            var others = whole.Content().Where(pair => pair.Key.Stream == stream).Count(pair => reading.Content().GetValueOrDefault(pair.Key) == pair.Value);
            Expect.That(others > 0, $"With records that cannot be read in '{stream}', none of the others came through.");
        }
    }

    private static async Task LoopAsync(Trial trial, CancellationToken cancellationToken)
    {
        NeedServer(trial);
        var (config, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var streams = SourceProbe.Selections(catalog);
        trial.Bench.Server.Forget(null);
        await trial.ReadAsync(new SourceRead(config) { Streams = streams }, cancellationToken);
        var usual = trial.Bench.Server.Requests.Count;
        if (usual < 3)
        {
            throw Expect.NotHere("The fixture is read with fewer than three requests, so no page can come again.");
        }

        // The first answer of the read again and again: a page that names itself as the one before the next.
        trial.Bench.Server.Forget(new ServerFault(FaultKind.Repeat, From: 2, Times: int.MaxValue));
        using var runaway = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(trial.Bench.Server, usual + Runaway, runaway);
        try
        {
            var reading = await trial.ReadAsync(new SourceRead(config) { Streams = streams }, runaway.Token);
            Expect.That(reading.Failure is { Kind: not FailureKind.Bug } || (reading.Failure is null && reading.Content().Count < whole.Content().Count), $"The same page came again and again, and the read {reading.Ending()}");
            Expect.That(!reading.IsComplete, $"The same page came again and again, and the read {reading.Ending()} Fail as Data: what is behind that page was not read.");
        }
        catch (OperationCanceledException) when (runaway.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Expect.Failed($"The same page came again and again, and the read made more than {usual + Runaway} requests; {usual} is usual. Notice a cursor or page that was there before.");
        }
        finally
        {
            await runaway.CancelAsync();
            await watch;
        }
    }

    private static async Task WatchAsync(FaultServer server, int most, CancellationTokenSource runaway)
    {
        try
        {
            while (server.Requests.Count <= most)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, runaway.Token);
            }

            await runaway.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The read has ended.
        }
    }

    private static async Task RedirectAsync(Trial trial, CancellationToken cancellationToken)
    {
        NeedServer(trial);
        await using var foreign = FaultServer.Start(OperatingSystem.IsLinux() ? IPAddress.Parse("127.0.0.2") : IPAddress.Loopback);
        var (_, reading, _, at) = await ReadWithAsync(trial, FaultKind.Redirect, int.MaxValue, cancellationToken, fault => fault with { Elsewhere = new Uri(foreign.Address, "/stolen") });
        Expect.That(foreign.Requests.Count == 0, $"The answer to request {at} redirects to another host, and the plugin went there{(foreign.Requests.Any(request => request.Headers.ContainsKey("Authorization")) ? ", with its credentials" : "")}. Use IPluginContext.Http, which refuses it.");
        Expect.That(!reading.IsComplete, $"The answer to request {at} redirects to another host, and the read {reading.Ending()}");
        Expect.That(reading.Failure is not { Kind: FailureKind.Bug }, $"The answer to request {at} redirects to another host, and the read {reading.Ending()}");
    }

    private static async Task RateAsync(Trial trial, CancellationToken cancellationToken)
    {
        NeedServer(trial);
        if (trial.Manifest.Limits.RequestsPerMinute is not { } most)
        {
            throw Expect.NotHere("The manifest declares no limits.requestsPerMinute.");
        }

        var (config, _, _) = await trial.GoodReferenceAsync(cancellationToken);
        trial.Bench.Server.Forget(null);
        var begun = Stopwatch.GetTimestamp();

        // Readings in a row, as when a person tries settings; a second's worth of them shows a burst.
        for (var i = 0; i < 50 && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(3) && trial.Bench.Server.Requests.Count <= most; i++)
        {
            await trial.ReadAsync(new SourceRead(config), cancellationToken);
        }

        var requests = trial.Bench.Server.Requests.Count;
        var allowed = most * Math.Max(1, Stopwatch.GetElapsedTime(begun).TotalMinutes);
        Expect.That(requests <= allowed, $"{requests} requests came within {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s; the manifest declares {most} a minute. Use IPluginContext.Http, which keeps to it, or declare what is needed.");
    }

    private static async Task ParallelAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var streams = SourceProbe.Selections(catalog);
        var checkpoints = whole.Checkpoints();
        var from = checkpoints.Count > 1 ? (Checkpoint)whole.Messages[checkpoints[0]] : null;
        using var meeting = new SemaphoreSlim(0);
        using var other = new SemaphoreSlim(0);
        var resumed = from is null
            ? new SourceRead(config) { Streams = streams, Connection = "other" }
            : new SourceRead(config) { Streams = [streams.First(stream => stream.Stream == from.Stream) with { State = from.State, Resuming = true }], Connection = "other" };

        // Message by message in turn, so that whatever they share is used by both.
        var both = await Task.WhenAll(
            InTurnAsync(trial, new SourceRead(config) { Streams = streams }, meeting, other, cancellationToken),
            InTurnAsync(trial, resumed, other, meeting, cancellationToken));
        Whole(whole, both[0], "Two connections read at once, each for itself");
        if (from is null)
        {
            Whole(whole, both[1], "Two connections read at once, each for itself");
        }
        else
        {
            Resuming.MustBeWhole(whole, checkpoints[0], both[1], from.Stream, $"Two connections read at once, one of them resumed:");
        }
    }

    private static async Task<Reading> InTurnAsync(Trial trial, SourceRead read, SemaphoreSlim mine, SemaphoreSlim theirs, CancellationToken cancellationToken)
    {
        try
        {
            return await trial.ReadAsync(
                read with
                {
                    OnMessage = async _ =>
                    {
                        theirs.Release();
                        await mine.WaitAsync(TimeSpan.FromSeconds(2), cancellationToken);
                    },
                },
                cancellationToken);
        }
        finally
        {
            // The other one goes on alone.
            theirs.Release(1000);
        }
    }
}
