using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Worker;

/// <summary>What a worker answers: every call goes to the same component classes, boundary and rules as in the host's process.</summary>
internal sealed class PluginCalls(Func<RemoteServices, PluginLoad> load, string? egress) : IPeerCalls, IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, IAsyncDisposable> _components = new();
    private readonly ConcurrentDictionary<int, PluginExportSession> _sessions = new();
    private readonly MeterRelay _meters = new();
    private RemoteServices? _services;
    private Peer? _peer;
    private PluginInstance? _instance;

    internal void Attach(Peer peer, LogLevel level) => (_peer, _services) = (peer, new RemoteServices(peer, new RemoteLoggers(peer, level)));

    public async ValueTask<WireWriter> AnswerAsync(WorkerCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        switch (call)
        {
            case WorkerCall.Load:
                _instance = await PluginInstance.LoadAsync(load(_services!), cancellationToken);
                return new WireWriter();
            case WorkerCall.Create:
                return await CreateAsync(WireJson.Read(body.Span, WireJson.Default.CreateArguments), cancellationToken);
            case WorkerCall.Discover:
                return WireJson.Write(await Me<PluginSource>(body).DiscoverAsync(cancellationToken), WireJson.Default.SourceCatalog);
            case WorkerCall.UpgradeState:
                var state = WireJson.Read(body.Span, WireJson.Default.StateArguments);
                return WireJson.Write(await Component<PluginSource>(state.Component).UpgradeStateAsync(state.Stream, state.State, cancellationToken), WireJson.Default.StreamState);
            case WorkerCall.DescribeEnrichment:
                return WireJson.Write(await Me<PluginEnrichment>(body).DescribeAsync(cancellationToken), WireJson.Default.EnrichmentDescriptor);
            case WorkerCall.Enrich:
                var enrich = WireJson.Read(body.Span, WireJson.Default.EnrichArguments);
                return WireJson.Write([.. await Component<PluginEnrichment>(enrich.Component).EnrichAsync(enrich.Batch, cancellationToken)], WireJson.Default.EnrichmentResultArray);
            case WorkerCall.DescribeExport:
                return WireJson.Write(await Me<PluginExport>(body).DescribeAsync(cancellationToken), WireJson.Default.ExportDescriptor);
            case WorkerCall.Open:
                var open = WireJson.Read(body.Span, WireJson.Default.OpenArguments);
                _sessions[open.Component] = await Component<PluginExport>(open.Component).OpenAsync(open.Job, cancellationToken);
                return new WireWriter();
            case WorkerCall.Write:
                var write = WireJson.Read(body.Span, WireJson.Default.WriteArguments);
                return WireJson.Write([.. await Session(write.Component).WriteAsync(write.BatchId, write.Members, cancellationToken)], WireJson.Default.MemberOutcomeArray);
            case WorkerCall.Commit:
                return WireJson.Write(await Session(Id(body)).CommitAsync(cancellationToken), WireJson.Default.ExportReceipt);
            case WorkerCall.Abort:
                await Session(Id(body)).AbortAsync(cancellationToken);
                return new WireWriter();
            case WorkerCall.Check:
                return WireJson.Write(await CheckAsync(Component<IAsyncDisposable>(Id(body)), cancellationToken), WireJson.Default.CheckResult);
            case WorkerCall.Close:
                return await DisposeAsync(_sessions, Id(body));
            case WorkerCall.Dispose:
                var answer = await DisposeAsync(_components, Id(body));
                TellMeasurements(observe: false);
                return answer;
            default:
                throw new ProtocolException($"The worker does not answer {call}.");
        }
    }

    public IAsyncEnumerable<WireWriter> StreamAsync(WorkerCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => call switch
    {
        WorkerCall.Read => ReadAsync(WireJson.Read(body.Span, WireJson.Default.ReadArguments), cancellationToken),
        WorkerCall.Run => RunAsync(WireJson.Read(body.Span, WireJson.Default.RunArguments), cancellationToken),
        _ => throw new ProtocolException($"The worker has no stream for {call}."),
    };

    public void Notice(WorkerCall call, ReadOnlySpan<byte> body)
    {
        if (call == WorkerCall.Stopping)
        {
            _ = _instance?.CancelAsync();
        }
    }

    /// <summary>Sends what was measured since the last time, again and again.</summary>
    internal async Task MeasureAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        // One at a time: a callback of the plugin that hangs holds up the figures and nothing else.
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            TellMeasurements(observe: true);
        }
    }

    private void TellMeasurements(bool observe)
    {
        if (_meters.TakeAll(observe) is { } news)
        {
            _services!.TellMeasurements(news);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        if (Interlocked.Exchange(ref _instance, null) is { } instance)
        {
            await instance.StopAsync();
        }
    }

    private async Task<WireWriter> CreateAsync(CreateArguments arguments, CancellationToken cancellationToken)
    {
        var instance = _instance ?? throw new ProtocolException("A component was asked for before the plugin was loaded.");
        var contribution = instance.Package.Contributions.FirstOrDefault(item => item.Id == arguments.Contribution)
            ?? throw new ProtocolException($"There is no component {arguments.Contribution}.");
        var dialer = egress is not null ? new ProxyDialer(egress, arguments.EgressToken ?? "") : null;
        var handle = await instance.CreateAsync(contribution, arguments.ConnectionId, arguments.Configuration, cancellationToken, dialer);
        var calls = new ComponentCalls(handle, contribution, instance.Package.Manifest!, arguments.Configuration);
        var isPopulation = handle.Is<IPopulationEnrichment>();
        _components[arguments.Component] = contribution.Kind switch
        {
            PluginKind.Connector => new PluginSource(calls),
            PluginKind.Export => new PluginExport(calls),
            _ => new PluginEnrichment(calls, isPopulation),
        };
        return WireJson.Write(new CreateAnswer(isPopulation), WireJson.Default.CreateAnswer);
    }

    private static Task<CheckResult> CheckAsync(IAsyncDisposable component, CancellationToken cancellationToken) => component switch
    {
        PluginSource source => source.CheckAsync(cancellationToken),
        PluginExport export => export.CheckAsync(cancellationToken),
        _ => ((PluginEnrichment)component).CheckAsync(cancellationToken),
    };

    private async IAsyncEnumerable<WireWriter> ReadAsync(ReadArguments arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var codec = new SourceMessageCodec();
        await foreach (var message in Component<PluginSource>(arguments.Component).ReadAsync(arguments.Request, cancellationToken))
        {
            foreach (var frame in codec.Write(message))
            {
                yield return frame;
            }
        }
    }

    private async IAsyncEnumerable<WireWriter> RunAsync(RunArguments arguments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var population = new RemotePopulation(_peer!, arguments);
        await foreach (var message in Component<PluginEnrichment>(arguments.Component).RunAsync(population, arguments.ResumeFrom, cancellationToken))
        {
            yield return PopulationMessageCodec.Write(message);
        }
    }

    private T Me<T>(ReadOnlyMemory<byte> body)
        where T : class, IAsyncDisposable => Component<T>(Id(body));

    private T Component<T>(int id)
        where T : class, IAsyncDisposable =>
        _components.TryGetValue(id, out var component) && component is T found ? found : throw new ProtocolException($"There is no component {id} of that kind.");

    private PluginExportSession Session(int id) =>
        _sessions.TryGetValue(id, out var session) ? session : throw new ProtocolException($"The component {id} has no session open.");

    private static int Id(ReadOnlyMemory<byte> body) => WireJson.Read(body.Span, WireJson.Default.ComponentArguments).Component;

    private static async Task<WireWriter> DisposeAsync<T>(ConcurrentDictionary<int, T> open, int id)
        where T : IAsyncDisposable
    {
        if (open.TryRemove(id, out var one))
        {
            await one.DisposeAsync();
        }

        return new WireWriter();
    }
}
