using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Unification;
using CustomerInsights.Host.Features.Unification.Live;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StoredField = CustomerInsights.Storage.Records.StreamField;

namespace CustomerInsights.Host.Tests.Identities;

/// <summary>A clock that the test moves.</summary>
internal sealed class WorldClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>
/// A host that is built and not started, with a CRM and two event sources; events reach the store as the projector brings them. No assertion of a test
/// framework, since the long runs use it too.
/// </summary>
internal sealed partial class IdentityWorld : IAsyncDisposable
{
    public const string Type = "customer";

    private readonly WebApplication _app;
    private readonly string _directory;
    private readonly Dictionary<string, int> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Stream, string Key), Dictionary<string, (DateTimeOffset At, string Value)>> _traits = [];
    private readonly Dictionary<string, (int Stream, string Key)> _activities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _runs = new(StringComparer.Ordinal);
    private long _sequence;

    private IdentityWorld(WebApplication app, string directory, WorldClock clock) => (_app, _directory, Clock) = (app, directory, clock);

    public WorldClock Clock { get; }

    public IInsightsStore Store => _app.Services.GetRequiredService<IInsightsStore>();

    public IdentityFollower Follower => _app.Services.GetRequiredService<IdentityFollower>();

    public T Of<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<IdentityWorld> OpenAsync(JsonObject? identity = null)
    {
        var directory = Directory.CreateTempSubdirectory("ci-identities-").FullName;
        var clock = new WorldClock();
        var app = await InsightsApp.BuildAsync(new HostSettings { DataDirectory = directory, Url = "http://127.0.0.1:0" }, clock, logging => logging.SetMinimumLevel(LogLevel.Critical), CancellationToken.None);
        var world = new IdentityWorld(app, directory, clock);
        await world.DefineAsync(identity ?? []);
        await world.RunAsync();
        await world.Follower.StartAsync(CancellationToken.None);
        return world;
    }

    /// <summary>Starts the host, whose follower steps by itself from now on; a client with an admin's key.</summary>
    public async Task<HttpClient> StartAsync()
    {
        await _app.StartAsync();
        return new HttpClient
        {
            BaseAddress = new Uri(Of<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
            DefaultRequestHeaders = { Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", Of<Features.Access.LocalKey>().Text) },
        };
    }

    public Task FollowAsync() => Follower.CatchUpAsync(CancellationToken.None);

    public Task<JobResult> RunAsync() => JobAsync(UnifyJob.JobKind, Type);

    public async Task<JobResult> JobAsync(string kind, string? subject)
    {
        var id = Guid.NewGuid().ToString();
        await Store.Jobs.AddAsync([new NewJob(id, kind, subject, "{}", "test", Clock.Now)], CancellationToken.None);
        var leased = await Store.Jobs.LeaseAsync("test", Clock.Now, TimeSpan.FromMinutes(5), CancellationToken.None) ?? throw new InvalidOperationException("The job is not there.");
        var result = await _app.Services.GetServices<IJobHandler>().Single(one => one.Kind == kind).RunAsync(new JobContext(leased, Store.Jobs, "test"), CancellationToken.None);
        await Store.Jobs.FinishAsync(id, "test", JobState.Succeeded, null, "{}", null, null, CancellationToken.None);
        return result;
    }

    /// <summary>The profile that an identity is in, or null.</summary>
    public async Task<StoredProfile?> ProfileAsync(string stream, string key) =>
        await Store.Profiles.FindByRecordAsync(_streams[stream], key, CancellationToken.None) is { } id ? await Store.Profiles.FindAsync(id, CancellationToken.None) : null;

    /// <summary>All that is held on a profile, in words that do not tell when it came.</summary>
    public async Task<string> WholeAsync(StoredProfile profile)
    {
        var lineage = await Store.Profiles.LineageAsync(profile.Id, CancellationToken.None);
        var activities = await AllAsync(after => Store.Activities.ListAsync(profile.Id, null, default, after, 200, CancellationToken.None));
        return string.Join(" | ",
            string.Join(' ', lineage.Nodes.Select(node => $"{node.Stream}/{node.Key}").Order(StringComparer.Ordinal)),
            string.Join(' ', profile.Identifiers.Select(one => $"{one.Type}={one.Value}")),
            string.Join(' ', ValueDocument.Read(profile.Attributes).Select(pair => $"{pair.Key}:{pair.Value}").Order(StringComparer.Ordinal)),
            profile.DisplayName,
            profile.IsUnknown ? "unknown" : "known",
            string.Join(' ', activities.Select(one => $"{one.Stream}/{one.Key}@{one.At:HHmmss}").Order(StringComparer.Ordinal)));
    }

    /// <summary>All profiles, one a line.</summary>
    public async Task<string> StateAsync(bool ids = false)
    {
        var lines = new List<string>();
        foreach (var profile in await ProfilesAsync())
        {
            lines.Add((ids ? profile.Id + " " : "") + await WholeAsync(profile));
        }

        var demotions = await AllAsync(after => Store.Identities.ListDemotionsAsync(Type, after, 200, CancellationToken.None));
        return string.Join('\n', lines.Order(StringComparer.Ordinal).Concat(demotions.Select(one => $"{one.Demoted.Identifier} {one.Demoted.Cause} {one.Demoted.Breach}")));
    }

    /// <summary>What must hold when all files had their run: each event is on one profile, or on none with a visitor of whom nothing is known; and all is as a run from nothing finds it.</summary>
    public async Task CheckAsync()
    {
        var owners = new Dictionary<string, ProfileId>(StringComparer.Ordinal);
        foreach (var profile in await ProfilesAsync())
        {
            foreach (var activity in await AllAsync(after => Store.Activities.ListAsync(profile.Id, null, default, after, 200, CancellationToken.None)))
            {
                Require(owners.TryAdd(activity.Key, profile.Id), $"the event {activity.Key} is on two profiles");
            }
        }

        var (expected, dropped) = await FromNothingAsync();
        foreach (var (id, (stream, key)) in _activities)
        {
            Require(owners.ContainsKey(id) || dropped.Contains((stream, key)), $"the event {id} of {key} is on no profile");
        }

        var found = new List<string>();
        foreach (var profile in await ProfilesAsync())
        {
            var lineage = await Store.Profiles.LineageAsync(profile.Id, CancellationToken.None);
            found.Add(string.Join(' ', lineage.Nodes.Select(node => $"{node.Stream}/{node.Key}").Order(StringComparer.Ordinal)));
        }

        var (one, two) = (string.Join('\n', found.Order(StringComparer.Ordinal)), string.Join('\n', expected.Order(StringComparer.Ordinal)));
        Require(one == two, $"the profiles are\n{one}\nand a run from nothing finds\n{two}\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public async Task<IReadOnlyList<StoredProfile>> ProfilesAsync() => await AllAsync(after => Store.Profiles.ListAsync(Type, after, 200, CancellationToken.None));

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(second);

    private static async Task<List<T>> AllAsync<T>(Func<string?, ValueTask<Page<T>>> read)
    {
        var (all, after) = (new List<T>(), (string?)null);
        do
        {
            var page = await read(after);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    private async Task<(List<string> Profiles, HashSet<(int Stream, string Key)> Dropped)> FromNothingAsync()
    {
        var policy = await Of<ActivePolicies>().OfAsync(Type, CancellationToken.None);
        var data = await Of<UnificationReading>().ReadAsync(policy.Model, policy.Unification, new RuleMoment(Clock.Now), CancellationToken.None);
        var result = Unifier.Unify(policy.Unification.Policy, data.Input);
        var names = data.Streams.SelectMany(stream => stream.Nodes.Select(node => (node.Id, Stream: stream.Schema.Name, node.Key))).ToDictionary(node => node.Id);
        return (
            [.. result.Profiles.Select(profile => string.Join(' ', profile.Cluster.Nodes.Select(node => $"{names[node].Stream}/{names[node].Key}").Order(StringComparer.Ordinal)))],
            [.. result.Dropped.Select(node => (_streams[names[node].Stream], names[node].Key))]);
    }

    private async Task DefineAsync(JsonObject identity)
    {
        StoredField[] fields = [new("email", DataType.Text), new("phone", DataType.Text), new("name", DataType.Text)];
        _streams["crm.contacts"] = (await Store.Records.EnsureStreamAsync("crm.contacts", fields, CancellationToken.None)).Number;
        foreach (var source in new[] { "web", "app" })
        {
            foreach (var (name, own) in EventSources.Streams(source, new EventSourceDocument { WriteKey = "" }))
            {
                _streams[name] = (await Store.Records.EnsureStreamAsync(name, own, CancellationToken.None)).Number;
            }
        }

        const string Mapping = """{ "profile": { "type": "customer", "fields": { "email": "email", "phone": "phone", "name": "name" } } }""";
        JsonObject policy = new()
        {
            ["streams"] = new JsonArray(new JsonObject { ["stream"] = "crm.contacts" }, new JsonObject { ["stream"] = "web.identities" }, new JsonObject { ["stream"] = "app.identities" }),
            ["identity"] = identity,
        };
        var outcome = await Of<MetadataService>().ApplyAsync(
            [
                new(DefinitionKinds.ProfileType, Type, """{ "attributes": { "email": { "type": "text", "semanticType": "contact.email" }, "phone": { "type": "text", "semanticType": "contact.phone" }, "name": { "type": "text", "semanticType": "person.full_name" } } }"""),
                new(DefinitionKinds.ActivityType, "visit", """{ "fields": { "page": { "type": "text" } } }"""),
                new(DefinitionKinds.EventSource, "web", """{ "writeKey": "aaaaaaaaaaaaaaaa" }"""),
                new(DefinitionKinds.EventSource, "app", """{ "writeKey": "bbbbbbbbbbbbbbbb" }"""),
                new(DefinitionKinds.EventSource, "crm", """{ "writeKey": "cccccccccccccccc" }"""),
                new(DefinitionKinds.Mapping, "crm.contacts", Mapping),
                new(DefinitionKinds.Mapping, "web.identities", Mapping),
                new(DefinitionKinds.Mapping, "app.identities", Mapping),
                new(DefinitionKinds.Unification, Type, policy.ToJsonString()),
            ],
            Discovered.Nothing,
            "test",
            CancellationToken.None);
        Require(outcome.Done, string.Join('\n', outcome.Faults));
    }
}
