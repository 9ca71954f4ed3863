using System.Net.Sockets;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Worker;

/// <summary>The life of a worker: connect, say who it is, answer until the host hangs up.</summary>
internal static class WorkerRun
{
    // The deadlines are the host's, and it keeps them by ending this process. One here would only blur whose it was.
    private static readonly TimeSpan Never = TimeSpan.FromDays(30);
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    internal static async Task<int> RunAsync(WorkerStart start)
    {
        var read = await PackageReader.ReadAsync(start.Folder, CancellationToken.None);
        if (read.Manifest is not { } manifest)
        {
            await Console.Error.WriteLineAsync($"The package in {start.Folder} cannot be used: {string.Join(' ', read.Problems)}");
            return 3;
        }

        // Deadlines are the host's; requests are held to their limits where they are made.
        var (concurrency, perMinute) = (manifest.Limits.Concurrency, manifest.Limits.RequestsPerMinute);
        var package = read with { Manifest = manifest with { Limits = new ManifestLimits { Concurrency = concurrency, RequestsPerMinute = perMinute } } };
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(start.Socket));
        await using var connection = new NetworkStream(socket, ownsSocket: false);
        await using var calls = new PluginCalls(services => Load(start, package, services), start.Egress);
        using var peer = new Peer(connection, isHost: false, calls, AsFailure, AsException, TimeProvider.System);
        calls.Attach(peer, start.LogLevel);
        await GreetAsync(peer, start, package);
        _ = Task.Run(() => calls.MeasureAsync(start.MeasureEvery, CancellationToken.None));
        await peer.RunAsync(CancellationToken.None);

        // The host hung up. What the plugin has open is disposed if it hurries; nobody waits for it.
        peer.Fail(new PluginFailure(FailureKind.Transient, "The host is gone."));
        await Task.WhenAny(calls.DisposeAsync().AsTask(), Task.Delay(LastMoment));
        Environment.Exit(0);
        return 0;
    }

    private static async Task GreetAsync(Peer peer, WorkerStart start, PluginPackage package)
    {
        var hello = new WorkerHello(WorkerStart.Protocol, WorkerStart.Protocol, SdkInfo.Version, package.Id, package.Version.ToString(), start.Token);
        await peer.SendAsync(WireJson.Write(hello, WireJson.Default.WorkerHello), FrameKind.Hello, 0);
        using var frame = await peer.ReadAsync(CancellationToken.None) ?? throw new ProtocolException("The host hung up instead of a welcome.");
        if (frame.Kind != FrameKind.Welcome)
        {
            throw new ProtocolException($"The host answered the greeting with a {frame.Kind}.");
        }
    }

    private static PluginLoad Load(WorkerStart start, PluginPackage package, RemoteServices services)
    {
        var limits = new PluginLimits
        {
            Check = Never,
            Discover = Never,
            Silence = Never,
            Short = Never,
            StopGrace = Never,
            Drain = TimeSpan.Zero,
            LogLinesPerSecond = start.LogLinesPerSecond,
        };
        var options = new PluginHostOptions { DataDirectory = Path.GetTempPath(), Roots = [], Limits = limits, SecretMask = start.SecretMask };
        return new PluginLoad(package, new PluginGrants(start.FileRoots), options, services, services.Loggers, TimeProvider.System, new DisposalHealth(services.TellMisbehaviour))
        {
            Isolation = start.Isolation,
            Network = start.Network,
            TellWait = services.TellWait,
            InsideWorker = true,
        };
    }

    // The plugin's calls end in the boundary here, as everywhere; what else fails is the worker's own.
    private static PluginFailure AsFailure(Exception error) => error switch
    {
        PluginCallException call => call.Failure,
        PluginLoadException load => new PluginFailure(FailureKind.Bug, load.Message, load.Evidence),
        ProtocolException protocol => new PluginFailure(FailureKind.Data, protocol.Message),
        _ => FailureText.Flatten("The worker", error, new RevealedSecrets()),
    };

    private static PluginException AsException(PluginFailure failure) =>
        new(failure.Kind, failure.Message) { RetryAfter = failure.RetryAfter, Stream = failure.Stream, ConfigurationPath = failure.ConfigurationPath };
}
