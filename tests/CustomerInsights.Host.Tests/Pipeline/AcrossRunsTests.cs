using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>What a refresh does to what an earlier one made.</summary>
public sealed class AcrossRunsTests
{
    [Fact]
    public async Task A_changed_record_changes_its_profile_and_no_other()
    {
        await using var app = await Shop.OpenAsync();
        var before = await ChangesAsync(app);
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("Ankara", "Izmir", StringComparison.Ordinal));
        var refresh = await app.SucceedAsync();
        Whole.Equal(
            "club: unchanged since the last run. crm: 4 read, 0 new, 1 changed, 3 unchanged, 0 deleted, 0 rejected. 1 nodes and activities written. "
            + "customer: 5 profiles from 6 records; 0 new, 1 changed, 0 merged away, 0 removed. No measure changed. No membership changed. buyers: nothing changed since the last export.",
            refresh["result"]!.Text("summary"));
        var cem = await app.ProfileOfAsync("C3");
        Assert.Equal("Izmir", cem.Attribute("city")!.Text("value"));
        var after = await ChangesAsync(app);
        Assert.Equal([cem.Id()], after.Where(pair => before[pair.Key] != pair.Value).Select(pair => pair.Key));
    }

    [Fact]
    public async Task A_row_that_has_gone_takes_its_node_profile_and_activities_along()
    {
        await using var app = await Shop.OpenAsync();
        var dora = await app.ProfileOfAsync("C4");
        app.WriteFile("contacts.csv", Without(Shop.Contacts, "C4"));
        app.WriteFile("orders.csv", Without(Shop.Orders, "O1"));
        var refresh = await app.SucceedAsync();
        Assert.Contains("crm: 6 read, 0 new, 0 changed, 6 unchanged, 2 deleted, 0 rejected.", refresh["result"]!.Text("summary"), StringComparison.Ordinal);
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{dora.Id()}");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/streams/crm.contacts/records?key=C4");
        Assert.Empty((await app.GetAsync("/profiles?search=dora"))["items"]!.AsArray());
        var ann = await app.ProfileOfAsync("C1");
        Assert.Equal("50.20", ann["measures"]!.Text("spend"));
        Assert.Equal(["O2"], (await app.AllAsync($"/profiles/{ann.Id()}/activities")).Select(activity => activity.Text("key")));
        Assert.Equal((3, 1), await OrdersAsync(app));
    }

    [Fact]
    public async Task Activities_of_a_deleted_contact_wait_until_it_returns()
    {
        await using var app = await Shop.OpenAsync();
        Assert.Equal((4, 1), await OrdersAsync(app));
        var id = (await app.ProfileOfAsync("C2")).Id();
        app.WriteFile("contacts.csv", Without(Shop.Contacts, "C2"));
        await app.SucceedAsync();
        Assert.Equal((4, 2), await OrdersAsync(app));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{id}");
        Assert.Equal(["C1"], await MembersAsync(app, "buyers"));

        app.WriteFile("contacts.csv", Shop.Contacts);
        var refresh = await app.SucceedAsync();
        Assert.Equal((4, 1), await OrdersAsync(app));
        Assert.Equal("7.00", (await app.ProfileOfAsync("C2"))["measures"]!.Text("spend"));
        Assert.Equal(["C1", "C2"], await MembersAsync(app, "buyers"));
        Assert.Equal(
            ["1 activities belong to no profile (yet); they are linked by themselves when it appears."],
            refresh["result"]!["warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()));
    }

    [Fact]
    public async Task A_late_profile_finds_the_activities_that_were_there_before_it()
    {
        await using var app = await Shop.OpenAsync();
        app.WriteFile("contacts.csv", Shop.Contacts + "C9,Late,Comer,late@example.com,,Oslo\n");
        await app.SucceedAsync();
        Assert.Equal((4, 0), await OrdersAsync(app));
        Assert.Equal("9.99", (await app.ProfileOfAsync("C9"))["measures"]!.Text("spend"));
    }

    [Fact]
    public async Task A_merge_keeps_the_oldest_id_the_other_redirects_and_undone_it_comes_back()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("contacts.csv", Without(Shop.Contacts, "C3"));
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        await app.SucceedAsync();
        var member = (await app.ProfileOfAsync("M2")).Id();
        app.WriteFile("contacts.csv", Shop.Contacts);
        await app.SucceedAsync();
        var contact = (await app.ProfileOfAsync("C3")).Id();
        Assert.NotEqual(member, contact);

        // The contact takes the member's address: they are one, and the older id stays.
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("cem@example.com", "zoe@example.com", StringComparison.Ordinal));
        var refresh = await app.SucceedAsync();
        Assert.Contains("1 merged away", refresh["result"]!.Text("summary"), StringComparison.Ordinal);
        var merged = await app.ProfileOfAsync("C3");
        Assert.Equal(member, merged.Id());
        Assert.Equal([contact], merged["previousIds"]!.AsArray().Select(id => id!.GetValue<string>()));
        Assert.Equal(["C3", "M2"], merged["records"]!.AsArray().Select(record => record!.Text("key")).Order(StringComparer.Ordinal));
        Assert.Equal("e-mail", Assert.Single(merged["edges"]!.AsArray())!.Text("rule"));
        Assert.Equal(member, (await app.GetAsync($"/profiles/{contact}")).Id());
        Assert.Equal(member, Assert.Single(await app.AllAsync($"/profiles?search={contact}")).Id());
        Assert.Empty(await app.AllAsync($"/profiles/{contact}/activities"));

        // Undone: the old id is its own profile again.
        app.WriteFile("contacts.csv", Shop.Contacts);
        await app.SucceedAsync();
        Assert.Equal(contact, (await app.ProfileOfAsync("C3")).Id());
        Assert.Equal(member, (await app.ProfileOfAsync("M2")).Id());
        Assert.Equal(contact, (await app.GetAsync($"/profiles/{contact}")).Id());
        Assert.Empty((await app.ProfileOfAsync("M2"))["previousIds"]!.AsArray());
    }

    [Fact]
    public async Task A_split_leaves_the_id_with_the_part_that_holds_the_first_record()
    {
        await using var app = await Shop.OpenAsync();
        var whole = await app.ProfileOfAsync("C1");
        Assert.Equal(2, whole["records"]!.AsArray().Count);
        app.WriteFile("members.csv", Shop.Members.Replace("ANN@example.com", "other@example.com", StringComparison.Ordinal));
        await app.SucceedAsync();
        var (contact, member) = (await app.ProfileOfAsync("C1"), await app.ProfileOfAsync("M1"));
        Assert.NotEqual(contact.Id(), member.Id());
        Assert.Contains(whole.Id(), new[] { contact.Id(), member.Id() });
        Assert.Equal("150.30", contact["measures"]!.Text("spend"));
        Assert.Equal("0", member["measures"]!.Text("spend"));
        Assert.Null(contact.Attribute("member_id"));
        Assert.Equal(["M1", "M2"], await MembersAsync(app, "members"));
    }

    [Fact]
    public async Task Every_attribute_names_the_record_that_it_comes_from()
    {
        await using var app = await Shop.OpenAsync();
        var ann = await app.ProfileOfAsync("C1");
        Assert.Equal(("crm.contacts", "C1"), From("first_name"));
        Assert.Equal(("crm.contacts", "C1"), From("email"));
        Assert.Equal(("club.members", "M1"), From("member_id"));
        Assert.Equal(("club.members", "M1"), From("points"));
        Assert.All(ann["attributes"]!.AsArray(), attribute => Assert.NotNull(attribute!["from"]));

        (string, string) From(string name) => (ann.Attribute(name)!["from"]!.Text("stream"), ann.Attribute(name)!["from"]!.Text("key"));
    }

    [Fact]
    public async Task A_changed_mapping_gives_new_attributes_and_activities()
    {
        await using var app = await Shop.OpenAsync();
        var recipe = Shop.Recipe();
        recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["city"] = "upper(City)";
        recipe["mappings"]!["crm.orders"]!["activity"]!["fields"]!["amount"] = "Amount * 2";
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        var ann = await app.ProfileOfAsync("C1");
        Assert.Equal("PARIS", ann.Attribute("city")!.Text("value"));
        Assert.Equal("300.60", ann["measures"]!.Text("spend"));

        // An activity that the filter leaves out goes; the records stay.
        recipe["mappings"]!["crm.orders"]!["activity"]!["filter"] = "Amount > 10";
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        Assert.Equal((2, 0), await OrdersAsync(app));
        Assert.Equal(4, (await app.GetAsync("/streams/crm.orders/records"))["items"]!.AsArray().Count);
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_definition_in_use_is_not_deleted_and_who_uses_it_is_told()
    {
        await using var app = await Shop.OpenAsync();
        var problem = await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/segments/buyers");
        Assert.Equal("The segment 'buyers' is in use.", problem.Text("title"));
        Assert.Equal("/segment: export 'buyers': There is no segment 'buyers'. There is: members.", problem.Faults());
        problem = await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/measures/orders");
        Assert.StartsWith("/rule: segment 'buyers': ", problem.Faults(), StringComparison.Ordinal);
        problem = await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/sources/crm");
        Assert.Contains("mapping 'crm.contacts': ", problem.Faults(), StringComparison.Ordinal);
        problem = await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/profile-types/customer");
        Assert.Contains("mapping 'club.members': There is no profile type 'customer'.", problem.Faults(), StringComparison.Ordinal);
        await app.SucceedAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/exports/buyers")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/segments/buyers")).Status);
        Assert.Null((await app.ProfileOfAsync("C1"))["segments"]!["buyers"]);
    }

    [Fact]
    public async Task An_export_tells_what_came_what_changed_and_what_left()
    {
        await using var app = await Shop.OpenAsync();
        Assert.Equal("2 0 0", await LastRunAsync(app));
        var lines = Exported(app);
        Assert.Equal(["ann@example.com 150.30", "bjorn@example.com 7.00"], lines);

        app.WriteFile("orders.csv", Shop.Orders + "O5,C3,2026-01-05,1.00\nO6,C2,2026-01-06,2.00\n");
        await app.SucceedAsync();
        Assert.Equal("1 1 0", await LastRunAsync(app));
        Assert.Equal(["ann@example.com 150.30", "bjorn@example.com 9.00", "cem@example.com 1.00"], Exported(app));

        app.WriteFile("orders.csv", Without(Shop.Orders, "O3"));
        await app.SucceedAsync();
        Assert.Equal("0 0 2", await LastRunAsync(app));
        Assert.Equal(["ann@example.com 150.30"], Exported(app));
        var history = (await app.AllAsync("/segments/buyers/history")).Select(move => move["entered"]!.GetValue<bool>());
        Assert.Equal([false, false, true, true, true], history);

        // Nothing changed: no run, and the file is not touched.
        var written = File.GetLastWriteTimeUtc(Path.Combine(app.Directory, "exports", "buyers.csv"));
        await app.SucceedAsync();
        Assert.Equal(3, (await app.AllAsync("/exports/buyers/runs")).Count);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(app.Directory, "exports", "buyers.csv")));
    }

    [Fact]
    public async Task A_preview_counts_without_saving()
    {
        await using var app = await Shop.OpenAsync();
        var (status, preview) = await app.SendAsync(HttpMethod.Post, "/segments/preview", new JsonObject { ["rule"] = "spend>100   or segment(\"members\")" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((2, 5), (preview!["count"]!.GetValue<int>(), preview["of"]!.GetValue<int>()));
        Assert.Equal(["Ann Miller", "Zoe Quist"], preview["sample"]!.AsArray().Select(one => one!.Text("displayName")).Order(StringComparer.Ordinal));
        Assert.Equal("spend > 100 or segment(\"members\")", preview.Text("rule"));
        Assert.Equal(2, (await app.GetAsync("/segments"))["items"]!.AsArray().Count);
        var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/preview", """{"rule":"spend > "}""");
        Assert.Equal("The rule is not valid.", problem.Text("title"));
    }

    [Fact]
    public async Task After_a_restart_all_is_as_it_was()
    {
        await using var app = await Shop.OpenAsync();
        var before = (await app.ProfileOfAsync("C1")).ToJsonString();
        await app.RestartAsync();
        Assert.Equal(before, (await app.ProfileOfAsync("C1")).ToJsonString());
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<long>());
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("Paris", "Lyon", StringComparison.Ordinal));
        await app.SucceedAsync();
        Assert.Equal("Lyon", (await app.ProfileOfAsync("C1")).Attribute("city")!.Text("value"));
    }

    private static string Without(string csv, string key) =>
        string.Concat(csv.Split('\n').Where(line => line.Length > 0 && !line.StartsWith(key + ",", StringComparison.Ordinal)).Select(line => line + "\n"));

    private static async Task<Dictionary<string, string>> ChangesAsync(RunningApp app) =>
        (await app.AllAsync("/profiles")).ToDictionary(profile => profile.Id(), profile => profile.Text("changedAt"));

    private static async Task<(int Total, int Unlinked)> OrdersAsync(RunningApp app)
    {
        var count = (await app.GetAsync("/activities/counts"))["types"]!.AsArray().Single(type => type!.Text("type") == "order")!;
        return (count["total"]!.GetValue<int>(), count["unlinked"]!.GetValue<int>());
    }

    /// <summary>The members of a segment by their first record's key.</summary>
    private static async Task<IEnumerable<string>> MembersAsync(RunningApp app, string segment)
    {
        var keys = new List<string>();
        foreach (var member in await app.AllAsync($"/segments/{segment}/members"))
        {
            var records = (await app.GetAsync($"/profiles/{member["profileId"]}"))["records"]!.AsArray();
            keys.Add(records.Select(record => record!.Text("key")).Order(StringComparer.Ordinal).First());
        }

        return keys.Order(StringComparer.Ordinal);
    }

    private static async Task<string> LastRunAsync(RunningApp app)
    {
        var run = (await app.GetAsync("/exports/buyers/runs"))["items"]![0]!;
        Assert.True(run["succeeded"]!.GetValue<bool>());
        return $"{run["added"]} {run["changed"]} {run["removed"]}";
    }

    private static IEnumerable<string> Exported(RunningApp app) => CsvFile.Read(Path.Combine(app.Directory, "exports", "buyers.csv"))
        .Select(row => $"{row["email"]} {row["spend"]}").Order(StringComparer.Ordinal);
}
