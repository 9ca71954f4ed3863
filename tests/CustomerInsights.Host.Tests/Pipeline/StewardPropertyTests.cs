using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>Random records, runs, verdicts, undos and take-backs on a whole host; after each step what must always hold is looked at.</summary>
public sealed class StewardPropertyTests(ITestOutputHelper output)
{
    private const int Steps = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task What_stewards_say_always_holds_ids_stay_and_the_ledger_tells_the_whole_story(int seed)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var world = new World(app, new Random(seed));
        await world.BeginAsync();
        for (var step = 0; step < Steps; step++)
        {
            var what = await world.StepAsync();
            output.WriteLine($"seed {seed}, step {step}: {what}");
            await world.CheckAsync();
        }

        output.WriteLine($"{world.Undone} merges undone, {world.Said} verdicts, {world.TakenBack} taken back");
        Assert.True(world.Undone > 0 && world.Said > 3 && world.TakenBack > 0, "The steps did not reach everything; choose another seed.");
    }

    private sealed class World(RunningApp app, Random random)
    {
        private const string Type = "customer";
        private const int People = 9;

        private readonly IProfileStore _profiles = app.Services.GetRequiredService<IProfileStore>();
        private readonly ILedgerStore _ledger = app.Services.GetRequiredService<ILedgerStore>();
        private readonly Dictionary<string, string?> _mails = [];

        // Verdict to the pairs of nodes that it holds apart.
        private readonly Dictionary<string, List<(long, long)>> _apart = [];
        private readonly HashSet<string> _inForce = [];

        // Each id ever seen, all nodes of those that it has named, and what it named last.
        private readonly Dictionary<ProfileId, HashSet<long>> _ever = [];
        private readonly Dictionary<ProfileId, ProfileId> _last = [];

        public int Undone { get; private set; }

        public int Said { get; private set; }

        public int TakenBack { get; private set; }

        public async Task BeginAsync()
        {
            var recipe = Shop.Recipe();
            recipe["unification"]![Type]!["streams"]![0]!["deduplication"] =
                new JsonArray(new JsonObject { ["name"] = "same e-mail", ["conditions"] = new JsonArray(new JsonObject { ["field"] = "email" }) });
            for (var i = 0; i < People; i++)
            {
                (_mails[$"C{i}"], _mails[$"M{i}"]) = ($"own{i}", $"other{i}");
            }

            WriteFiles();
            await app.ApplyAsync(recipe.ToJsonString());
            await app.SucceedAsync();
            await CheckAsync();
        }

        public Task<string> StepAsync() => random.Next(10) switch
        {
            < 3 => RunAsync(change: true),
            3 => RunAsync(change: false),
            < 6 => SayAsync(random.Next(2) == 0),
            < 9 => UndoAsync(),
            _ => TakeBackAsync(),
        };

        public async Task CheckAsync()
        {
            var of = await MembersAsync();
            foreach (var (left, right) in _inForce.SelectMany(verdict => _apart[verdict]))
            {
                Assert.False(of.TryGetValue(left, out var one) && of.TryGetValue(right, out var other) && one == other, $"{left} and {right} are together.");
            }

            await IdsAsync(of);
            var told = new Dictionary<long, ProfileId>();
            await foreach (var (entry, part) in ReplayAsync())
            {
                foreach (var node in part.Nodes)
                {
                    ProfileId? from = told.TryGetValue(node, out var at) ? at : null;
                    Assert.True(part.From == from, $"Entry {entry.Entry} ({entry.Kind}) takes {node} from {part.From} to {part.To}; it was in {from}.");
                    if (part.To is { } to)
                    {
                        told[node] = to;
                    }
                    else
                    {
                        told.Remove(node);
                    }
                }
            }

            Assert.Equal(of.OrderBy(pair => pair.Key), told.OrderBy(pair => pair.Key));
        }

        // An id leads to records of those it has named, for good; to nothing only when the profile that it led to is no more.
        private async Task IdsAsync(Dictionary<long, ProfileId> of)
        {
            var members = of.ToLookup(pair => pair.Value, pair => pair.Key);
            foreach (var id in members.Select(group => group.Key))
            {
                _ever.TryAdd(id, [.. members[id]]);
            }

            foreach (var (id, ever) in _ever)
            {
                if (await _profiles.FindAsync(id, CancellationToken.None) is { } profile)
                {
                    Assert.True(ever.Overlaps(members[profile.Id]), $"{id} names somebody else.");
                    ever.UnionWith(members[profile.Id]);
                    _last[id] = profile.Id;
                }
                else
                {
                    var removed = await _ledger.ListAsync(new LedgerQuery(_last[id], LedgerKind.Removed), null, 1, CancellationToken.None);
                    Assert.True(removed.Items.Count == 1, $"{id} leads nowhere.");
                }
            }
        }

        private async Task<string> RunAsync(bool change)
        {
            if (change)
            {
                foreach (var key in _mails.Keys.ToList().Where(_ => random.Next(3) == 0))
                {
                    _mails[key] = random.Next(8) == 0 ? null : $"mail{random.Next(5)}";
                }

                WriteFiles();
            }

            await app.SucceedAsync();
            return change ? "changed records and ran" : "ran";
        }

        private async Task<string> SayAsync(bool same)
        {
            var of = await MembersAsync();
            var records = await _profiles.NodesAsync(of.Keys, CancellationToken.None);
            var (left, right) = (of.Keys.ElementAt(random.Next(of.Count)), of.Keys.ElementAt(random.Next(of.Count)));
            var (status, body) = await app.SendAsync(HttpMethod.Post, "/unification/verdicts", new JsonObject
            {
                ["left"] = Reference(records[left]),
                ["right"] = Reference(records[right]),
                ["verdict"] = same ? "same" : "different",
            });
            if (left == right)
            {
                Assert.Equal(HttpStatusCode.BadRequest, status);
                return "a record and itself";
            }

            Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict, body!.ToJsonString());
            if (status == HttpStatusCode.Created)
            {
                Said++;
                Note(body!.Text("id"), same ? [] : [(left, right)]);
                var now = await MembersAsync();
                Assert.Equal(same, now.TryGetValue(left, out var one) && now.TryGetValue(right, out var other) && one == other);
            }

            return $"{left} and {right} {(same ? "same" : "different")}: {status}";
        }

        private async Task<string> UndoAsync()
        {
            var merges = (await AllAsync(new LedgerQuery(Kind: LedgerKind.Merged))).ToList();
            if (merges.Count == 0)
            {
                return "nothing to undo";
            }

            var entry = merges[random.Next(Math.Min(merges.Count, 6))];
            var of = await MembersAsync();
            var (status, body) = await app.SendAsync(HttpMethod.Post, $"/unification/ledger/{entry.Entry}/undo");
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict, body!.ToJsonString());
            if (status == HttpStatusCode.OK)
            {
                Undone++;
                var here = (await _profiles.FindAsync(entry.Profile!.Value, CancellationToken.None), await _profiles.FindAsync(entry.Other!.Value, CancellationToken.None));
                Assert.True(here.Item1 is not null && here.Item2 is not null && here.Item1.Id != here.Item2.Id, "The two ids lead to one profile.");
                var now = await MembersAsync();
                var before = of.First(pair => entry.Parts.Any(part => part.From == entry.Other && part.To == entry.Profile && part.Nodes.Contains(pair.Key))).Value;
                var came = Part(entry, entry.Other.Value, of, before);
                var rest = Part(entry, entry.Profile.Value, of, before);
                Assert.All(came, node => Assert.Equal(here.Item2.Id, now[node]));
                Assert.All(rest, node => Assert.Equal(here.Item1.Id, now[node]));
                Note(body!.Text("id"), [.. came.SelectMany(left => rest.Select(right => (left, right)))]);
            }

            return $"undo of {entry.Entry}: {status} {body!["title"]}";
        }

        private static List<long> Part(LedgerEntry entry, ProfileId from, Dictionary<long, ProfileId> of, ProfileId now) =>
            [.. entry.Parts.Where(part => part.From == from && part.To == entry.Profile).SelectMany(part => part.Nodes).Where(node => of.TryGetValue(node, out var at) && at == now)];

        private async Task<string> TakeBackAsync()
        {
            if (_inForce.Count == 0)
            {
                return "nothing to take back";
            }

            var verdict = _inForce.Order(StringComparer.Ordinal).ElementAt(random.Next(_inForce.Count));
            var (status, body) = await app.SendAsync(HttpMethod.Delete, $"/unification/verdicts/{verdict}");
            Assert.True(status == HttpStatusCode.OK, body!.ToJsonString());
            _inForce.Remove(verdict);
            TakenBack++;
            return $"took back {verdict}";
        }

        private void Note(string verdict, List<(long, long)> apart)
        {
            _apart[verdict] = apart;
            _inForce.Add(verdict);
        }

        private async Task<Dictionary<long, ProfileId>> MembersAsync()
        {
            var of = new Dictionary<long, ProfileId>();
            await foreach (var member in _profiles.ReadMembershipAsync(Type, CancellationToken.None))
            {
                of.Add(member.Node, member.Id);
            }

            return of;
        }

        private async IAsyncEnumerable<(LedgerEntry Entry, LedgerPart Part)> ReplayAsync()
        {
            await foreach (var entry in _ledger.ReplayAsync(Type, CancellationToken.None))
            {
                // Of a merge also those that stay, or that another entry of the same change brings.
                foreach (var part in entry.Parts.Where(part => part.From != part.To))
                {
                    yield return (entry, part);
                }
            }
        }

        private async Task<IReadOnlyList<LedgerEntry>> AllAsync(LedgerQuery query) => (await _ledger.ListAsync(query, null, 100, CancellationToken.None)).Items;

        private static JsonObject Reference(LineageNode node) => new() { ["stream"] = node.Stream, ["key"] = node.Key };

        // A record without an address is not there at all.
        private void WriteFiles()
        {
            var (contacts, members) = (new StringBuilder("Id,First,Last,Email,Phone,City\n"), new StringBuilder("MemberId,Name,Email,Points\n"));
            foreach (var (key, mail) in _mails.Where(pair => pair.Value is not null))
            {
                _ = key[0] == 'C'
                    ? contacts.Append(CultureInfo.InvariantCulture, $"{key},Ann,Miller,{mail}@example.com,,\n")
                    : members.Append(CultureInfo.InvariantCulture, $"{key},Ann Miller,{mail}@example.com,1\n");
            }

            app.WriteFile("contacts.csv", contacts.ToString());
            app.WriteFile("members.csv", members.ToString());
        }
    }
}
