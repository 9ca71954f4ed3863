using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Events;
using CustomerInsights.Tests.Shared.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>Real Chromium: the browser SDK of Segment as it is published, and cards in frames of another site.</summary>
public sealed class BrowserTests
{
    [Fact]
    public async Task What_a_visitor_does_in_a_browser_is_on_the_profile_after_signing_in_each_event_once()
    {
        await using var app = await EventSite.OpenAsync();
        var report = await EventClients.BrowseAsync(["visit", app.Http.BaseAddress!.ToString().TrimEnd('/'), EventSite.Key]);
        Assert.Equal("[]", report["errors"]!.ToJsonString());
        Assert.Equal("[]", report["foreign"]!.ToJsonString());
        var pages = report["pages"]!.AsArray();
        Assert.All(pages, page => Assert.Equal("[]", page!["failed"]!.ToJsonString()));
        Assert.Single(pages.Select(page => page!.Text("anonymousId")).Distinct());
        var ids = pages.SelectMany(page => page!["ids"]!.AsArray()).Select(id => id!.GetValue<string>()).ToList();
        Assert.True(ids.Count == 7, report.ToJsonString());
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await EventClients.LoggedAsync(app.Services.GetRequiredService<IEventLog>())).Order(StringComparer.Ordinal));

        foreach (var id in ids)
        {
            await app.FateAsync(id);
        }

        await app.SucceedAsync();
        var ann = (await app.ProfileOfAsync("C1")).Id();
        var seen = (await app.GetAsync($"/profiles/{ann}/activities?type=page&limit=100"))["items"]!.AsArray();
        Assert.Equal(["/", "/cart", "/shoes", "/shoes"], seen.Select(one => new Uri(one!["fields"]!.Text("url")).AbsolutePath).Order(StringComparer.Ordinal));
        var session = Assert.Single((await app.GetAsync($"/profiles/{ann}/activities?type=session"))["items"]!.AsArray())!["fields"]!;
        Assert.Equal(
            ("/", "/cart", 4, "news", "email", "autumn", "desktop", "Chrome"),
            (session.Text("landing_page"), session.Text("exit_page"), session["pages"]!.GetValue<int>(), session.Text("source"), session.Text("medium"), session.Text("campaign"), session.Text("device"), session.Text("browser")));
        Assert.Contains((await app.GetAsync($"/profiles/{ann}/activities?type=order&limit=100"))["items"]!.AsArray(), order => order!["fields"]!.Text("amount") == "20");
    }

    [Fact]
    public async Task No_script_of_an_attribute_runs_in_a_card_in_a_frame()
    {
        var port = FreePort();
        await using var app = await RunningApp.StartAsync(frames: [$"http://127.0.0.1:{port}"]);
        app.WriteFile("contacts.csv", "Id,First,Last,Email,Phone,City\n" + string.Join(
            ',',
            "C1",
            "<script>window.marked=1</script>",
            "\"\"\"><img src=http://127.0.0.1:9/x onerror=window.marked=2><svg onload=window.marked=3>\"",
            "\"a@b.example\"\" onmouseover=window.marked=4\"",
            "javascript:window.marked=5",
            "\"{{constructor.constructor 'window.marked=6'}} </title></style><iframe srcdoc=x>\"") + "\n");
        app.WriteFile("members.csv", Shop.Members);
        app.WriteFile("orders.csv", Shop.Orders);
        var recipe = Shop.Recipe();
        recipe["cards"] = JsonNode.Parse("""
            {"mine":{"profileType":"customer","fields":[{"name":"first_name"},{"name":"last_name"},{"name":"email","format":"email"},{"name":"web","expression":"phone","format":"link"},{"name":"phone","format":"phone"},{"name":"city"}],
             "template":"<h1 title=\"{{name}}\">{{name}}</h1>{{#each list}}<p class=\"{{text}}\">{{label}}: {{#if href}}<a href=\"{{href}}\">{{text}}</a>{{else}}{{text}}{{/if}}</p>{{/each}}"}}
            """);
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        var id = (await app.ProfileOfAsync("C1")).Id();
        foreach (var card in new[] { "mine", "customer" })
        {
            var token = (await app.SendAsync(HttpMethod.Post, $"/profiles/{id}/card-tokens", new JsonObject { ["card"] = card, ["minutes"] = 5 })).Body!;
            var report = await EventClients.BrowseAsync(["frame", new Uri(app.Http.BaseAddress!, token.Text("url")).ToString()], port);
            Assert.Contains("<script>window.marked=1</script>", report.Text("text"), StringComparison.Ordinal);
            Assert.Null(report["marked"]);
            Assert.Equal(("[]", "[]"), (report["dialogs"]!.ToJsonString(), report["foreign"]!.ToJsonString()));
            Assert.DoesNotContain(report["links"]!.AsArray(), link => link!.GetValue<string>().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task A_site_that_is_not_among_the_frame_ancestors_shows_no_card()
    {
        await using var app = await Shop.OpenAsync();
        var id = (await app.ProfileOfAsync("C1")).Id();
        var token = (await app.SendAsync(HttpMethod.Post, $"/profiles/{id}/card-tokens", new JsonObject { ["minutes"] = 5 })).Body!;
        var report = await EventClients.BrowseAsync(["frame", new Uri(app.Http.BaseAddress!, token.Text("url")).ToString()]);
        Assert.StartsWith("chrome-error:", report.Text("address"), StringComparison.Ordinal);
        Assert.DoesNotContain("Ann", report.Text("text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_is_over_or_of_somebody_else_shows_no_card_and_says_what_to_do()
    {
        var port = FreePort();
        var clock = new JumpingClock();
        await using var app = await Shop.OpenAsync(clock: clock, frames: [$"http://127.0.0.1:{port}"]);
        var (ann, ben) = ((await app.ProfileOfAsync("C1")).Id(), (await app.ProfileOfAsync("C2")).Id());
        var link = (await app.SendAsync(HttpMethod.Post, $"/profiles/{ann}/card-tokens", new JsonObject { ["minutes"] = 5 })).Body!.Text("url");

        Assert.Contains("Ann", await ShownAsync(link), StringComparison.Ordinal);
        Assert.Equal("This card cannot be shown: its link is over or not valid. Ask for a new one.", await ShownAsync(link.Replace(ann, ben, StringComparison.Ordinal)));
        clock.Ahead = TimeSpan.FromMinutes(5);
        Assert.Equal("This card cannot be shown: its link is over or not valid. Ask for a new one.", await ShownAsync(link));

        async Task<string> ShownAsync(string url) =>
            (await EventClients.BrowseAsync(["frame", new Uri(app.Http.BaseAddress!, url).ToString()], port)).Text("text").Trim();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
