using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Host.Tests.Live;

/// <summary>A clock that the test moves.</summary>
internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A real store in a temporary folder with customers, orders and visits, followed by live membership; no host.</summary>
internal sealed class LiveStore : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Dictionary<int, long> _nodes = [];
    private long _sequence;
    private int _contacts;
    private int _events;

    private LiveStore(string directory, SqliteStore store, SetClock clock)
    {
        (_directory, Store, Clock) = (directory, store, clock);
        Metadata = new MetadataService(store.Definitions, store.Records, store.Enrichments, []);
        Live = new LiveMembership(Metadata, store.Profiles, store.Segments, store.Changes, Population(store), clock);
    }

    public SqliteStore Store { get; }

    public SetClock Clock { get; }

    public MetadataService Metadata { get; }

    public LiveMembership Live { get; private set; }

    public static async Task<LiveStore> OpenAsync(DateTimeOffset now)
    {
        var directory = Directory.CreateTempSubdirectory("ci-live-").FullName;
        var clock = new SetClock(now);
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, clock, NullLoggerFactory.Instance, CancellationToken.None);
        var opened = new LiveStore(directory, store, clock);
        opened._contacts = (await store.Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Text)], CancellationToken.None)).Number;
        opened._events = (await store.Records.EnsureStreamAsync("shop.events", [new StreamField("id", DataType.Text)], CancellationToken.None)).Number;
        await opened.DefineAsync(
            (DefinitionKinds.ProfileType, "customer", """{ "attributes": { "city": { "type": "text" }, "age": { "type": "integer" }, "seen": { "type": "time" }, "joined": { "type": "date" } } }"""),
            (DefinitionKinds.ActivityType, "order", """{ "fields": { "amount": { "type": "decimal" } } }"""),
            (DefinitionKinds.ActivityType, "visit", """{ "fields": { "page": { "type": "text" } } }"""));
        return opened;
    }

    public async Task DefineAsync(params (string Kind, string Name, string? Document)[] definitions)
    {
        var outcome = await Metadata.ApplyAsync(
            [.. definitions.Select(one => new DefinitionChange(one.Kind, one.Name, one.Document))], Discovered.Nothing, "test", CancellationToken.None);
        Assert.True(outcome.Done, string.Join('\n', outcome.Faults));
    }

    public Task SegmentAsync(string name, string rule, string? zone = null) =>
        DefineAsync((DefinitionKinds.Segment, name, new JsonObject { ["rule"] = rule, ["timeZone"] = zone }.ToJsonString().Replace(",\"timeZone\":null", "", StringComparison.Ordinal)));

    public Task MeasureAsync(string name, string expression) =>
        DefineAsync((DefinitionKinds.Measure, name, new JsonObject { ["expression"] = expression }.ToJsonString()));

    /// <summary>Another follower on the same store, as after a restart.</summary>
    public async Task RestartAsync()
    {
        await Live.StopAsync();
        Live.Dispose();
        Live = new LiveMembership(Metadata, Store.Profiles, Store.Segments, Store.Changes, Population(Store), Clock);
        await Live.StartAsync(CancellationToken.None);
    }

    /// <summary>Makes or changes customer 1, 2, …; null for the attributes removes it.</summary>
    public async Task ProfileAsync(int number, params (string Name, Value Value)[]? attributes)
    {
        var id = Id(number);
        if (attributes is null)
        {
            await Store.Profiles.ApplyAsync(new ProfileChanges("customer", [], [id], [], [], [], "test"), CancellationToken.None);
            return;
        }

        if (!_nodes.TryGetValue(number, out var node))
        {
            node = _nodes[number] = await NodeAsync($"c{number}");
        }

        var document = ValueDocument.Write([.. attributes.Select(one => KeyValuePair.Create(one.Name, one.Value))]);
        var hash = System.Security.Cryptography.SHA256.HashData(document);
        await Store.Profiles.ApplyAsync(
            new ProfileChanges("customer", [new ProfilePut(id, node, [node], document, "{}", $"Person {number}", "", [], hash)], [], [], [], [], "test"), CancellationToken.None);
    }

    public Task EventAsync(string key, string type, int customer, DateTimeOffset at, params (string Name, Value Value)[] fields) =>
        ProjectAsync([new ProjectedActivity(key, type, at, _contacts, $"c{customer}", ValueDocument.Write([.. fields.Select(one => KeyValuePair.Create(one.Name, one.Value))]))], []);

    public Task RemoveEventAsync(string key) => ProjectAsync([], [key]);

    public static ProfileId Id(int number) => new(new Guid(number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]));

    /// <summary>Compares stored measures and memberships with an evaluation of everything at this instant, the plain way.</summary>
    public async Task AgreeAsync(string when)
    {
        var model = await Metadata.ModelAsync(CancellationToken.None);
        var scan = new PopulationScan(Store.Profiles, Store.Links);
        var measures = model.Measures.ToList();
        var expected = model.Segments.ToDictionary(segment => segment.Name, _ => new List<long>(), StringComparer.Ordinal);
        var moment = new Core.Rules.RuleMoment(Clock.Now);
        await foreach (var profile in scan.ScanAsync(model, "customer", [.. measures.Select(measure => measure.Rule), .. model.Segments.Select(segment => segment.Rule)], CancellationToken.None))
        {
            var stored = profile.StoredMeasures is { } document ? ValueDocument.Read(document) : [];
            foreach (var measure in measures)
            {
                profile.Clear(measure.Name);
            }

            foreach (var measure in measures)
            {
                var value = measure.Rule.Evaluate(profile, moment);
                profile.Set(measure.Name, value);
                Assert.True(value.Equals(stored.GetValueOrDefault(measure.Name)), $"{when} at {Clock.Now:O}: measure {measure.Name} of {profile.Number} is {stored.GetValueOrDefault(measure.Name)} and should be {value}");
            }

            foreach (var segment in model.Segments.Where(segment => segment.Rule.Matches(profile, moment with { Zone = segment.Zone })))
            {
                profile.Enter(segment.Name);
                expected[segment.Name].Add(profile.Number);
            }
        }

        foreach (var (name, members) in expected)
        {
            var found = await Store.Segments.MembersAsync(name, CancellationToken.None);
            Assert.True(members.SequenceEqual(found), $"{when} at {Clock.Now:O}: segment {name} holds {string.Join(' ', found)} and should hold {string.Join(' ', members)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Live.StopAsync();
        Live.Dispose();
        Metadata.Dispose();
        await Store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static StreamedAnswers Population(SqliteStore store) => new(new PopulationScan(store.Profiles, store.Links), store.Segments);

    private async Task ProjectAsync(IReadOnlyList<ProjectedActivity> activities, IReadOnlyList<string> removed) =>
        await Store.Activities.ProjectAsync(new ProjectionBatch(_events, new ProjectionPosition(++_sequence, "m"), false, false, [], activities, removed), CancellationToken.None);

    private async Task<long> NodeAsync(string key)
    {
        var run = await Store.Records.BeginRunAsync(_contacts, Guid.NewGuid().ToString(), false, CancellationToken.None);
        await Store.Records.WriteAsync(new RecordWrite(run.Id, [new IncomingRecord(key, ValueDocument.Write([]))], [], null), CancellationToken.None);
        await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, CancellationToken.None);
        await Store.Activities.ProjectAsync(new ProjectionBatch(_contacts, new ProjectionPosition(++_sequence, "m"), false, false, [KeyValuePair.Create(key, true)], [], []), CancellationToken.None);
        await foreach (var node in Store.Profiles.ReadNodesAsync(_contacts, CancellationToken.None))
        {
            if (node.Key == key)
            {
                return node.Id;
            }
        }

        throw new InvalidOperationException($"No node of {key}.");
    }
}
