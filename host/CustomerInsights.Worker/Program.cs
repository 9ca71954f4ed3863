using System.Text.Json;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Worker;

// Everything that it must know comes on standard input; arguments and environment can be read by other processes.
var line = await Console.In.ReadLineAsync();
if (string.IsNullOrEmpty(line))
{
    await Console.Error.WriteLineAsync("customer-insights-worker runs one plugin for the host and is started by it. It is of no use by itself.");
    return 2;
}

HostDeath.Watch();
OwnLimits.Set();

// A plugin that blocks a few threads of the pool must not keep the worker from answering its host.
ThreadPool.SetMinThreads(16, 16);
var start = JsonSerializer.Deserialize(line, WireJson.Default.WorkerStart) ?? throw new InvalidOperationException("The start on standard input is empty.");
return await WorkerRun.RunAsync(start);
