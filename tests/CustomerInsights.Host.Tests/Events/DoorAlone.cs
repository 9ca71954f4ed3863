using System.Text;
using CustomerInsights.Host.Features.Events;
using CustomerInsights.Host.Features.Events.Receiving;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>The door without the rest of the host, before a log and a projector that a test makes up.</summary>
internal sealed class DoorAlone : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SqliteStore _store;
    private readonly string _directory;

    private DoorAlone(WebApplication app, SqliteStore store, string directory)
    {
        (_app, _store, _directory) = (app, store, directory);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public const string Key = "DoorWriteKey00000001";

    public HttpClient Http { get; }

    public static async Task<DoorAlone> OpenAsync(IEventLog log, IProjectorLag lag)
    {
        var directory = Directory.CreateTempSubdirectory("ci-door-").FullName;
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new HostSettings { DataDirectory = directory })
            .AddSingleton(_ => new MetadataService(store.Definitions, store.Records, store.Enrichments, []))
            .AddSingleton(log)
            .AddSingleton(lag)
            .AddSingleton<EventIntake>();
        var app = builder.Build();
        app.MapEvents();
        var outcome = await app.Services.GetRequiredService<MetadataService>().ApplyAsync(
            [new DefinitionChange(DefinitionKinds.EventSource, "web", $$"""{"writeKey":"{{Key}}"}""")], Discovered.Nothing, "test", CancellationToken.None);
        Assert.True(outcome.Done, string.Join('\n', outcome.Faults));
        await app.StartAsync();
        return new DoorAlone(app, store, directory);
    }

    public async Task<HttpResponseMessage> PostAsync(string route, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/{route}", UriKind.Relative)) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Key + ":")));
        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> PostAsync(string route, string body) => PostAsync(route, Encoding.UTF8.GetBytes(body));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A log in memory; or one that fails.</summary>
    public sealed class Log(Exception? failure = null) : IEventLog
    {
        private readonly List<byte[]> _bodies = [];

        public ValueTask<long> BeginAfterAsync(long position, CancellationToken cancellationToken) => ValueTask.FromResult(position);

        public ValueTask<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken) => throw new NotSupportedException("Nothing is deleted here.");

        public IReadOnlyList<EventEnvelope> Events => [.. _bodies.Select(body => EventEnvelope.Read(body))];

        public ValueTask<long> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken)
        {
            if (failure is not null)
            {
                throw failure;
            }

            lock (_bodies)
            {
                _bodies.AddRange(events.Select(one => one.ToArray()));
                return ValueTask.FromResult((long)_bodies.Count);
            }
        }

        public ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(long after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask TrimAsync(long upTo, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    /// <summary>A projector that is behind.</summary>
    public sealed class Lag(long events = 0) : IProjectorLag
    {
        public long Events => events;

        public TimeSpan? Age => events > 0 ? TimeSpan.FromSeconds(1) : null;

        public void Appended(long position)
        {
        }
    }
}
