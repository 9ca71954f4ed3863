using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What the host answers a worker: for the components that are open in it, and nobody else's.</summary>
internal sealed class HostCalls(string pluginId, PluginLoggers loggers, ForwardedMeters meters, Action<string, PluginFailure> misbehaved) : IPeerCalls
{
    private readonly ConcurrentDictionary<int, ComponentHandle> _components = new();
    private readonly ConcurrentDictionary<int, IPopulation> _populations = new();
    private readonly string _category = $"Plugin.{pluginId}";

    internal bool IsEmpty => _components.IsEmpty;

    internal void Add(int component, ComponentHandle handle) => _components[component] = handle;

    internal void Remove(int component)
    {
        _components.TryRemove(component, out _);
        _populations.TryRemove(component, out _);
    }

    internal void Offer(int component, IPopulation population) => _populations[component] = population;

    public async ValueTask<WireWriter> AnswerAsync(WorkerCall call, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var arguments = WireJson.Read(body.Span, WireJson.Default.ServiceArguments);
        var context = ContextOf(arguments.ConnectionId);
        var answer = new WireWriter();
        switch (call)
        {
            case WorkerCall.StorageGet:
                return WireJson.Write(answer, new StoredAnswer(await context.Storage.GetAsync(arguments.Name, cancellationToken)), WireJson.Default.StoredAnswer);
            case WorkerCall.StoragePut:
                return answer.Text(await context.Storage.PutAsync(arguments.Name, arguments.Value, arguments.IfMatch, arguments.ExpiresIn, cancellationToken));
            case WorkerCall.StorageDelete:
                return answer.Byte(await context.Storage.DeleteAsync(arguments.Name, cancellationToken) ? (byte)1 : (byte)0);
            case WorkerCall.StorageList:
                var keys = await context.Storage.ListAsync(arguments.Name, cancellationToken).ToArrayAsync(cancellationToken);
                return WireJson.Write(answer, keys, WireJson.Default.StringArray);
            case WorkerCall.SecretReveal:
                return answer.Text(await context.Secrets.RevealAsync(new SecretReference(arguments.Name), cancellationToken));
            case WorkerCall.SecretUpdate:
                await context.Secrets.UpdateAsync(new SecretReference(arguments.Name), arguments.Secret ?? "", cancellationToken);
                return answer;
            default:
                throw new ProtocolException($"The host does not answer {call}.");
        }
    }

    public async IAsyncEnumerable<WireWriter> StreamAsync(WorkerCall call, ReadOnlyMemory<byte> body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var arguments = WireJson.Read(body.Span, WireJson.Default.PopulationArguments);
        if (call != WorkerCall.PopulationRead || !_populations.TryGetValue(arguments.Component, out var population))
        {
            throw new ProtocolException($"There is no population to read for {call}.");
        }

        await foreach (var batch in population.ReadAsync(arguments.After, cancellationToken))
        {
            yield return WireJson.Write([.. batch], WireJson.Default.ProfileInputArray);
        }
    }

    public void Notice(WorkerCall call, ReadOnlySpan<byte> body)
    {
        switch (call)
        {
            case WorkerCall.Log:
                Log(WireJson.Read(body, WireJson.Default.LogLine));
                break;
            case WorkerCall.Progress:
                var news = WireJson.Read(body, WireJson.Default.ProgressNews);
                var contexts = ContextsOf(news.ConnectionId);
                contexts.ForEach(context => context.Signs.Show());
                contexts.FirstOrDefault()?.Report(news.Progress ?? throw new ProtocolException("Progress without news came."));
                break;
            case WorkerCall.Waiting:
                var wait = WireJson.Read(body, WireJson.Default.WaitNews);
                ContextsOf(wait.ConnectionId).ForEach(context => context.Signs.WaitFor(wait.Wait));
                break;
            case WorkerCall.Measurements:
                meters.Take(WireJson.Read(body, WireJson.Default.MeasurementNews));
                break;
            case WorkerCall.Misbehaved:
                var misbehaviour = WireJson.Read(body, WireJson.Default.MisbehaviourNews);
                misbehaved(FailureText.Cut(misbehaviour.Call ?? "", 100), misbehaviour.Failure ?? throw new ProtocolException("Misbehaviour without a failure came."));
                break;
            default:
                throw new ProtocolException($"The notice {call} is not for the host.");
        }
    }

    // The worker names the part of its category; that it is this plugin's is not left to it.
    private void Log(LogLine line)
    {
        var part = line.Category is { } category && category.StartsWith(_category + ".", StringComparison.Ordinal) ? category[(_category.Length + 1)..] : null;
        var level = line.Level is >= LogLevel.Trace and < LogLevel.None ? line.Level : LogLevel.Information;
        loggers.Create(part is { Length: <= 200 } ? part : null, line.ConnectionId)
            .Log(level, new EventId(line.EventId), line.Text ?? "", null, static (text, _) => text);
    }

    private List<PluginContext> ContextsOf(string connectionId) =>
        [.. _components.Values.Select(handle => handle.Context).Where(context => context.ConnectionId == connectionId)];

    private PluginContext ContextOf(string connectionId) =>
        _components.Values.FirstOrDefault(handle => handle.Context.ConnectionId == connectionId)?.Context
        ?? throw new PluginException(FailureKind.Bug, "The component is disposed; its storage and secrets are no longer there.");
}
