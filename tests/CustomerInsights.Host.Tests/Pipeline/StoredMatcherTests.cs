using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Unification;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Profiles;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>What the matcher learnt is kept: runs decide by it until there is a reason to learn anew.</summary>
public sealed class StoredMatcherTests
{
    private const int People = 400;

    [Fact]
    public async Task The_first_run_learns_and_later_ones_go_by_what_it_learnt_over_a_restart_too()
    {
        await using var app = await OpenAsync();
        var first = await ModelAsync(app);
        Assert.True(first["use"]!["learnt"]!.GetValue<bool>());
        Assert.EndsWith("refit because there is none yet", first.Text("text"), StringComparison.Ordinal);
        var ids = await IdsAsync(app);

        await app.SucceedAsync();
        var second = await ModelAsync(app);
        Assert.EndsWith(", frozen; 0 changed nodes were compared", second.Text("text"), StringComparison.Ordinal);
        Assert.Equal((first.Text("run"), first.Text("at")), (second.Text("run"), second.Text("at")));
        Assert.Equal(ids, await IdsAsync(app));

        // Ten more people, and after a restart: still the same, and the new ones find each other.
        Write(app, People + 10);
        await app.RestartAsync();
        await app.SucceedAsync();
        var third = await ModelAsync(app);
        Assert.False(third["use"]!["learnt"]!.GetValue<bool>());
        Assert.Equal(first.Text("run"), third.Text("run"));
        Assert.InRange(third["use"]!["drift"]!["growth"]!.GetValue<double>(), 0.02, 0.03);
        Assert.Equal(ids, await IdsAsync(app));
        Assert.Equal((await app.ProfileOfAsync("C404X")).Id(), (await app.ProfileOfAsync("M404X")).Id());
    }

    [Fact]
    public async Task A_run_that_compares_only_what_changed_writes_what_one_that_compares_all_writes()
    {
        await using var app = await OpenAsync();

        // Some come, some change, some go.
        Write(app, People + 15, i => i % 100 == 7 ? null : i % 100 == 8 ? $"someone{i}@example.org" : "");
        await app.SucceedAsync();
        var some = await ModelAsync(app);
        Assert.InRange(some["use"]!["changed"]!.GetValue<int>(), 15, 60);
        Assert.Contains("changed nodes were compared", some.Text("text"), StringComparison.Ordinal);
        var profiles = await ProfilesAsync(app);

        // After a restart all is compared: nothing is written, every profile is as it was.
        await app.RestartAsync();
        await app.SucceedAsync();
        var all = await ModelAsync(app);
        Assert.False(all["use"]!["learnt"]!.GetValue<bool>());
        Assert.Null(all["use"]!["changed"]);
        var run = (await app.GetAsync("/unification/runs"))["items"]!.AsArray()[0]!;
        Assert.Contains("nothing changed", run["result"]!.Text("summary"), StringComparison.Ordinal);
        Assert.Equal(profiles, await ProfilesAsync(app));

        // And the next one compares nothing.
        await app.SucceedAsync();
        Assert.Equal(0, (await ModelAsync(app))["use"]!["changed"]!.GetValue<int>());
        Assert.Equal(profiles, await ProfilesAsync(app));
    }

    [Fact]
    public async Task A_run_learns_anew_when_it_is_asked_to_and_says_who_moved()
    {
        await using var app = await OpenAsync();
        var ids = await IdsAsync(app);
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, "/unification/policies/customer/runs", new JsonObject { ["refit"] = true });
        Assert.Equal(HttpStatusCode.Accepted, status);
        var job = accepted!.Text("jobId");
        Assert.Equal("succeeded", (await app.EndOfAsync(job)).Text("state"));
        var model = await ModelAsync(app);
        Assert.Equal(job, model.Text("run"));
        Assert.EndsWith("refit because it was asked for; 0 nodes moved (0 %)", model.Text("text"), StringComparison.Ordinal);
        Assert.Empty(model["use"]!["movedNodes"]!.AsArray());
        Assert.Equal(ids, await IdsAsync(app));

        // Without a wish the run goes by that one.
        (status, accepted) = await app.SendAsync(HttpMethod.Post, "/unification/policies/customer/runs");
        Assert.Equal(HttpStatusCode.Accepted, status);
        await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.Equal((job, false), ((await ModelAsync(app)).Text("run"), (await ModelAsync(app))["use"]!["learnt"]!.GetValue<bool>()));
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/unification/policies/customer/runs", """{"refti":true}""");
    }

    [Fact]
    public async Task A_model_that_is_damaged_is_learnt_anew_and_one_without_a_policy_goes()
    {
        await using var app = await OpenAsync();
        var ids = await IdsAsync(app);
        var store = app.Services.GetRequiredService<IMatchModelStore>();
        var bytes = (await store.FindAsync("customer", CancellationToken.None))!.Model;
        bytes[^1] ^= 1;
        await store.PutAsync("customer", "somebody", bytes, CancellationToken.None);
        await app.SucceedAsync();
        Assert.Contains("refit because the stored one cannot be used: It is damaged", (await ModelAsync(app)).Text("text"), StringComparison.Ordinal);
        Assert.Equal(ids, await IdsAsync(app));

        // As after a run by a policy without a matcher.
        var without = Unifier.Unify(new UnificationPolicy { Streams = [new StreamPolicy { Stream = "s" }] }, new UnificationInput { Streams = [new SourceStream(new StreamSchema("s", []), [])] });
        Assert.Null(await app.Services.GetRequiredService<StoredMatchers>().KeepAsync("customer", "a run", without, CancellationToken.None));
        Assert.Null(await store.FindAsync("customer", CancellationToken.None));
    }

    [Fact]
    public async Task What_was_learnt_goes_with_its_policy()
    {
        await using var app = await OpenAsync();
        var store = app.Services.GetRequiredService<IMatchModelStore>();
        Assert.NotNull(await store.FindAsync("customer", CancellationToken.None));
        var (status, body) = await app.SendAsync(HttpMethod.Delete, "/unification/policies/customer", ifMatch: "*");
        Assert.True(status == HttpStatusCode.NoContent, body?.ToJsonString());
        Assert.Null(await store.FindAsync("customer", CancellationToken.None));
    }

    private static async Task<RunningApp> OpenAsync()
    {
        var app = await Shop.OpenAsync(refresh: false);
        Write(app, People);
        var recipe = Shop.Recipe();
        var fields = recipe["mappings"]!["club.members"]!["profile"]!["fields"]!.AsObject();
        fields.Remove("full_name");
        fields["first_name"] = "First";
        fields["last_name"] = "Last";
        recipe["unification"] = JsonNode.Parse("""{ "customer": { "streams": [{ "stream": "crm.contacts" }, { "stream": "club.members" }], "matcher": {} } }""");
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    private static async Task<JsonNode> ModelAsync(RunningApp app)
    {
        var run = (await app.GetAsync("/unification/runs"))["items"]!.AsArray()[0]!;
        return run["result"]!["report"]!["model"] ?? throw new InvalidOperationException(run.ToJsonString());
    }

    private static async Task<List<string>> IdsAsync(RunningApp app)
    {
        var ids = new List<string>();
        for (var i = 0; i < 40; i += 2)
        {
            ids.Add((await app.ProfileOfAsync($"C{i:000}X")).Id());
            ids.Add((await app.ProfileOfAsync($"M{i:000}X")).Id());
        }

        return ids;
    }

    private static async Task<List<string>> ProfilesAsync(RunningApp app) =>
        [.. (await app.AllAsync("/profiles?type=customer")).Select(profile => profile.ToJsonString()).Order(StringComparer.Ordinal)];

    // Every second contact is a member as well. A contact's e-mail may be another; null: the contact is left out.
    private static void Write(RunningApp app, int count, Func<int, string?>? otherMail = null)
    {
        string[] given = ["Anna", "Robert", "Maria", "James", "Susan", "Peter", "Linda", "George", "Helen", "Victor", "Paula"];
        string[] parts = ["ber", "man", "ko", "ris", "tal", "ven", "dor", "mik", "las", "gru", "pen", "shaw", "fel"];
        var (contacts, members) = (new StringBuilder("Id,First,Last,Email,Phone,City\n"), new StringBuilder("MemberId,First,Last,Email,Points\n"));
        for (var i = 0; i < count; i++)
        {
            var (first, last) = (given[i % given.Length], $"{parts[i % 13]}{parts[i / 13 % 13]}{parts[i * 7 % 11]}");
            var mail = $"{first}.{last}{i}@example.com";
            var other = otherMail is null ? "" : otherMail(i);
            if (other is null)
            {
                continue;
            }

            contacts.Append(System.Globalization.CultureInfo.InvariantCulture, $"C{i:000}X,{first},{last},{(other.Length > 0 ? other : mail)},0555{i:000}{i * 37 % 1000:000},\n");
            if (i % 2 == 0)
            {
                members.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{i:000}X,{first},{last},{(i % 20 == 10 ? mail.Remove(3, 1) : mail)},20\n");
            }
        }

        app.WriteFile("contacts.csv", contacts.ToString());
        app.WriteFile("members.csv", members.ToString());
    }
}
