using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Profiles;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>What a steward can do: undo a merge, say "same" or "different", answer a doubt.</summary>
public sealed class StewardTests
{
    [Fact]
    public async Task A_merge_is_undone_at_once_with_the_old_id_stays_undone_and_may_come_again_when_the_undo_is_taken_back()
    {
        var (app, ann, member) = await MergedAsync();
        await using var running = app;
        var entry = Assert.Single(await app.AllAsync("/unification/ledger?kind=merged"));
        var (kept, back) = (entry.Text("profile"), entry.Text("other"));
        Assert.Equal(new[] { ann, member }.Order(StringComparer.Ordinal), new[] { kept, back }.Order(StringComparer.Ordinal));
        Assert.Equal(kept, (await app.GetAsync($"/profiles/{back}")).Id());
        Assert.Contains($"The profile {back} became part of {kept} with 1 record, by the run ", entry.Text("sentence"), StringComparison.Ordinal);

        var number = entry["entry"]!.GetValue<long>();
        var (status, undo) = await app.SendAsync(HttpMethod.Post, $"/unification/ledger/{number}/undo");
        Assert.True(status == HttpStatusCode.OK, undo!.ToJsonString());
        await ApartAsync(app, ann, member);
        await app.SucceedAsync();
        await ApartAsync(app, ann, member);
        Assert.Equal("restored merged created", string.Join(' ', (await app.AllAsync($"/profiles/{back}/history")).Select(item => item.Text("kind"))));

        var (again, problem) = await app.SendAsync(HttpMethod.Post, $"/unification/ledger/{number}/undo");
        Assert.Equal((HttpStatusCode.Conflict, $"The merge {number} is undone already."), (again, problem!.Text("title")));
        var created = (await app.AllAsync("/unification/ledger?kind=created"))[0]["entry"]!.GetValue<long>();
        (again, problem) = await app.SendAsync(HttpMethod.Post, $"/unification/ledger/{created}/undo");
        Assert.Equal((HttpStatusCode.Conflict, $"The entry {created} is not a merge."), (again, problem!.Text("title")));

        (status, _) = await app.SendAsync(HttpMethod.Delete, $"/unification/verdicts/{undo!.Text("id")}");
        Assert.Equal(HttpStatusCode.OK, status);
        await app.SucceedAsync();
        Assert.Equal(kept, (await app.ProfileOfAsync("M1")).Id());
        Assert.Equal(kept, (await app.ProfileOfAsync("C1")).Id());
    }

    [Fact]
    public async Task Different_parts_two_records_for_good_and_same_joins_two_at_once()
    {
        await using var app = await Shop.OpenAsync();
        var (status, different) = await SayAsync(app, "C1", "M1", "different");
        Assert.True(status == HttpStatusCode.Created, different!.ToJsonString());
        Assert.NotEqual((await app.ProfileOfAsync("C1")).Id(), (await app.ProfileOfAsync("M1")).Id());
        (status, var same) = await SayAsync(app, "C4", "M1", "same");
        Assert.True(status == HttpStatusCode.Created, same!.ToJsonString());
        var dora = (await app.ProfileOfAsync("C4")).Id();
        Assert.Equal(dora, (await app.ProfileOfAsync("M1")).Id());
        await app.SucceedAsync();
        Assert.Equal(dora, (await app.ProfileOfAsync("M1")).Id());
        Assert.NotEqual(dora, (await app.ProfileOfAsync("C1")).Id());

        // C1 and C4 the same would make C1 and M1 the same.
        (status, var problem) = await SayAsync(app, "C1", "C4", "same");
        Assert.Equal((HttpStatusCode.Conflict, "They cannot be the same: club.members 'M1' and crm.contacts 'C1' are held apart."), (status, problem!.Text("title")));
        Assert.Contains(different!.Text("id"), problem!.Text("detail"), StringComparison.Ordinal);
        (status, problem) = await SayAsync(app, "C1", "M1", "same");
        Assert.Equal((HttpStatusCode.Conflict, $"The verdict '{different!.Text("id")}' says the opposite of these two."), (status, problem!.Text("title")));
        (status, problem) = await SayAsync(app, "M1", "C1", "different");
        Assert.Equal((HttpStatusCode.Conflict, $"The verdict '{different!.Text("id")}' says that already."), (status, problem!.Text("title")));

        (status, _) = await app.SendAsync(HttpMethod.Delete, $"/unification/verdicts/{same!.Text("id")}");
        Assert.Equal(HttpStatusCode.OK, status);
        var listed = await app.AllAsync("/unification/verdicts?inForce=true");
        Assert.Equal(different!.Text("id"), Assert.Single(listed).Text("id"));
        Assert.Equal(2, (await app.AllAsync("/unification/verdicts")).Count);
    }

    [Fact]
    public async Task A_viewer_reads_the_ledger_and_may_not_judge_and_faults_name_their_place()
    {
        await using var app = await Shop.OpenAsync();
        var (_, key) = await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "v", ["role"] = "viewer" });
        using var viewer = app.ClientWith(key!.Text("key"));
        Assert.NotEmpty(await viewer.AllAsync("/unification/ledger"));
        using var refused = await viewer.PostAsync(new Uri("/api/v1/unification/ledger/1/undo", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var (status, problem) = await SayAsync(app, "C1", "M1", "perhaps");
        Assert.Equal((HttpStatusCode.BadRequest, "/verdict: 'perhaps' is not a verdict; use same or different."), (status, problem!.Faults()));
        (status, problem) = await SayAsync(app, "C1", "C77", "same");
        Assert.Equal((HttpStatusCode.BadRequest, "/right/key: No record 'C77' of crm.contacts is in a profile. Start a run if it is new."), (status, problem!.Faults()));
        (status, problem) = await app.SendAsync(HttpMethod.Post, "/unification/ledger/99999/undo");
        Assert.Equal((HttpStatusCode.NotFound, "There is no ledger entry '99999'."), (status, problem!.Text("title")));
    }

    [Fact]
    public async Task A_doubt_that_is_answered_is_a_verdict_and_does_not_come_back()
    {
        await using var app = await Shop.OpenAsync();
        var reviews = app.Services.GetRequiredService<IReviewStore>();
        var profiles = app.Services.GetRequiredService<IProfileStore>();
        var nodes = new List<long>();
        await foreach (var edge in profiles.ReadEdgesAsync("customer", CancellationToken.None))
        {
            nodes.AddRange([edge.A, edge.B]);
        }

        ReviewItem[] items = [new(ReviewKind.Pair, [nodes.Min(), nodes.Max()], 2, 0.5, "Ann Miller twice.", null)];
        await reviews.ReplaceAsync("customer", "run", items, CancellationToken.None);
        var item = Assert.Single(await app.AllAsync("/unification/reviews?type=customer"));
        Assert.Equal("C1 M1", string.Join(' ', item["records"]!.AsArray().Select(record => record!.Text("key")).Order(StringComparer.Ordinal)));
        var path = $"/unification/reviews/{item["id"]}/verdict";
        var (status, answer) = await app.SendAsync(HttpMethod.Post, path, new JsonObject { ["verdict"] = "different" });
        Assert.True(status == HttpStatusCode.OK, answer!.ToJsonString());
        Assert.NotEqual((await app.ProfileOfAsync("C1")).Id(), (await app.ProfileOfAsync("M1")).Id());
        await reviews.ReplaceAsync("customer", "run 2", items, CancellationToken.None);
        Assert.Empty(await app.AllAsync("/unification/reviews?type=customer"));
        (status, _) = await app.SendAsync(HttpMethod.Post, path, new JsonObject { ["verdict"] = "same" });
        Assert.Equal(HttpStatusCode.Conflict, status);
    }

    [Fact]
    public async Task The_id_that_an_undo_brings_back_is_that_of_the_merge_even_when_an_older_one_lies_with_it()
    {
        await using var app = await Shop.OpenAsync();
        var ids = new List<string>();
        foreach (var key in new[] { "C1", "C2", "C4" })
        {
            ids.Add((await app.ProfileOfAsync(key)).Id());
        }

        // Dora (C4) becomes Ann, then Björn (C2), who is older than Dora, becomes Ann through Dora.
        Assert.Equal(HttpStatusCode.Created, (await SayAsync(app, "C1", "C4", "same")).Status);
        var merge = Assert.Single(await app.AllAsync("/unification/ledger?kind=merged"))["entry"]!.GetValue<long>();
        Assert.Equal(HttpStatusCode.Created, (await SayAsync(app, "C4", "C2", "same")).Status);
        var (status, undo) = await app.SendAsync(HttpMethod.Post, $"/unification/ledger/{merge}/undo");
        Assert.True(status == HttpStatusCode.OK, undo!.ToJsonString());
        await CheckAsync();
        await app.SucceedAsync();
        await CheckAsync();

        async Task CheckAsync()
        {
            Assert.Equal(ids[0], (await app.ProfileOfAsync("C1")).Id());
            Assert.Equal(ids[2], (await app.ProfileOfAsync("C4")).Id());
            Assert.Equal(ids[2], (await app.ProfileOfAsync("C2")).Id());
            Assert.Equal(ids[2], (await app.GetAsync($"/profiles/{ids[1]}")).Id());
        }
    }

    [Fact]
    public async Task A_verdict_leaves_what_the_matcher_found_as_it_was()
    {
        await using var app = await Shop.OpenAsync();
        var profiles = app.Services.GetRequiredService<IProfileStore>();
        var nodes = new Dictionary<string, long>(StringComparer.Ordinal);
        var members = new List<Membership>();
        await foreach (var member in profiles.ReadMembershipAsync("customer", CancellationToken.None))
        {
            members.Add(member);
        }

        foreach (var (node, record) in await profiles.NodesAsync([.. members.Select(member => member.Node)], CancellationToken.None))
        {
            nodes[record.Key] = node;
        }

        // What no rule of the policy gives: C2 and C3, and C3 and C4, less certain.
        var (cem, dora) = (members.Single(member => member.Node == nodes["C3"]).Id, members.Single(member => member.Node == nodes["C4"]).Id);
        var bjorn = (await profiles.FindAsync(members.Single(member => member.Node == nodes["C2"]).Id, CancellationToken.None))!;
        StoredEdge[] found = [new(nodes["C2"], nodes["C3"], EdgeKind.Policy, "matcher", 0.9), new(nodes["C3"], nodes["C4"], EdgeKind.Policy, "matcher", 0.8)];
        await profiles.ApplyAsync(
            new ProfileChanges(
                "customer",
                [new ProfilePut(bjorn.Id, nodes["C2"], [nodes["C2"], nodes["C3"], nodes["C4"]], bjorn.Attributes, bjorn.Provenance, bjorn.DisplayName, "", bjorn.Identifiers, new byte[32])],
                [cem, dora],
                [new ProfileRedirect(cem, bjorn.Id), new ProfileRedirect(dora, bjorn.Id)],
                found,
                [],
                "job"),
            CancellationToken.None);

        var (status, body) = await SayAsync(app, "C2", "C4", "different");
        Assert.True(status == HttpStatusCode.Created, body!.ToJsonString());
        Assert.Equal(bjorn.Id.ToString(), (await app.ProfileOfAsync("C3")).Id());
        Assert.Equal(dora.ToString(), (await app.ProfileOfAsync("C4")).Id());
        (status, body) = await SayAsync(app, "C4", "M2", "same");
        Assert.True(status == HttpStatusCode.Created, body!.ToJsonString());
        Assert.Equal((await app.ProfileOfAsync("C4")).Id(), (await app.ProfileOfAsync("M2")).Id());
        Assert.Equal(bjorn.Id.ToString(), (await app.ProfileOfAsync("C3")).Id());
        var left = new List<StoredEdge>();
        await foreach (var edge in profiles.ReadEdgesAsync("customer", CancellationToken.None))
        {
            left.Add(edge);
        }

        Assert.Equal(found, left.Where(edge => edge.Rule == "matcher"));
    }

    private static readonly string s_otherMail = Shop.Members.Replace("ANN@example.com", "anna@example.com", StringComparison.Ordinal);

    // M1 has another address at first, so that it is a profile of its own; then it gets Ann's.
    private static async Task<(RunningApp App, string Ann, string Member)> MergedAsync()
    {
        var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("members.csv", s_otherMail);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        await app.SucceedAsync();
        var (ann, member) = ((await app.ProfileOfAsync("C1")).Id(), (await app.ProfileOfAsync("M1")).Id());
        app.WriteFile("members.csv", Shop.Members);
        await app.SucceedAsync();
        return (app, ann, member);
    }

    private static async Task ApartAsync(RunningApp app, string ann, string member)
    {
        Assert.Equal(ann, (await app.ProfileOfAsync("C1")).Id());
        Assert.Equal(member, (await app.ProfileOfAsync("M1")).Id());
        Assert.Equal("Zoe Quist", (await app.ProfileOfAsync("M2")).Text("displayName"));
        Assert.Null((await app.ProfileOfAsync("C1")).Attribute("points")?["value"]);
    }

    private static Task<(HttpStatusCode Status, JsonNode? Body)> SayAsync(RunningApp app, string left, string right, string verdict) =>
        app.SendAsync(HttpMethod.Post, "/unification/verdicts", new JsonObject { ["left"] = Record(left), ["right"] = Record(right), ["verdict"] = verdict });

    private static JsonObject Record(string key) => new() { ["stream"] = key[0] == 'C' ? "crm.contacts" : "club.members", ["key"] = key };
}
