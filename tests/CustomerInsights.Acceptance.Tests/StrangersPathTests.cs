using System.Text.Json.Nodes;
using CustomerInsights.Acceptance.Tests.Kit;

namespace CustomerInsights.Acceptance.Tests;

/// <summary>
/// The whole way of a stranger, as the tutorial tells it: from an empty folder to a plugin that runs in a host, is upgraded while it reads, and is
/// taken back when it is broken. Nothing of the repository is used but what an author or an admin installs.
/// </summary>
[Collection(AuthorsMachineGroup.Name)]
public sealed class StrangersPathTests(AuthorsMachine machine)
{
    private const string Plugin = "acme.help-desk";

    [Fact]
    public async Task From_an_empty_folder_to_a_plugin_that_is_upgraded_while_it_reads_and_taken_back_when_it_is_broken()
    {
        var folder = machine.Below("stranger");
        await using var desk = await HelpDesk.StartAsync();
        await using var host = await LocalHost.StartAsync(machine, machine.Below("stranger-data"));
        var tutorial = new Tutorial(machine, folder)
        {
            Variables =
            {
                ["FEED"] = AuthorsMachine.Feed,
                ["DATA"] = host.Data,
                ["URL"] = host.Url,
                ["API_KEY"] = host.Key,
                ["SERVER"] = desk.Address,
            },
        };

        (await tutorial.DoAsync("Get the tool")).Said("Nothing must be mended.");
        (await tutorial.DoAsync("Make a plugin")).Said("acme.help-desk 0.1.0: conforms.");
        await tutorial.DoAsync("See what it reads");
        await tutorial.DoAsync("Change it");
        (await tutorial.DoAsync("Pack, sign, publish")).Said("with 1 package, signed by acme-2026a.");
        await tutorial.DoAsync("Install it");
        await host.RunsAsync(Plugin, "0.1.0");

        desk.Add(7);
        await host.SucceededAsync(Answer(await tutorial.DoAsync("Run it")));
        await ReadAsync(host, 7);

        // A read is under way when the next version comes; nothing of it is lost.
        desk.Add(6);
        var reached = desk.Hold();
        var reading = await host.PostAsync("/sources/help-desk/runs");
        await reached.WaitAsync(TimeSpan.FromMinutes(2));
        var upgrading = Answer(await tutorial.DoAsync("Upgrade it"));
        await host.RunsAsync(Plugin, "0.2.0");
        await host.SucceededAsync(upgrading);
        desk.LetGo();
        await host.SucceededAsync(reading);
        await ReadAsync(host, 13);
        Assert.Empty(tutorial.NotDone);

        // The next version passes its trial and fails when it matters; the host takes it back by itself, and reads on.
        await BreakAsync(Path.Combine(folder, "help-desk"));
        var plugin = Path.Combine(folder, "help-desk");
        (await machine.CiPluginAsync(plugin, "pack", "--key", "../acme.key.json")).Ended(0);
        (await machine.CiPluginAsync(plugin, "publish-local", "../catalog", "bin/acme.help-desk-0.3.0.ciplugin", "--key", "../acme.key.json")).Ended(0).Said("with 3 packages");
        await host.PostAsync("/catalog/refresh");
        await host.SucceededAsync(await host.PostAsync($"/plugins/{Plugin}/upgrade", $$"""{ "acceptedCapabilities": "{{await AcceptedAsync(host)}}" }"""));
        await host.RunsAsync(Plugin, "0.3.0");
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal("failed", (await host.EndOfAsync(await host.PostAsync("/sources/help-desk/runs")))["state"]!.GetValue<string>());
        }

        await host.RunsAsync(Plugin, "0.2.0");
        var avoided = Assert.Single((await host.GetAsync($"/plugins/{Plugin}/versions"))["rolledBack"]!.AsArray())!;
        Assert.Equal(("0.3.0", "host"), (avoided["version"]!.GetValue<string>(), avoided["by"]!.GetValue<string>()));
        desk.Add(2);
        await host.SucceededAsync(await host.PostAsync("/sources/help-desk/runs"));
        await ReadAsync(host, 15);
    }

    /// <summary>The answer to the last request of a section.</summary>
    private static JsonNode Answer(Ran ran) => JsonNode.Parse(ran.Output.Trim().Split('\n')[^1])!;

    private static async Task BreakAsync(string plugin)
    {
        await EditAsync(Path.Combine(plugin, "HelpDesk.csproj"), "<Version>0.2.0<", "<Version>0.3.0<");
        await EditAsync(Path.Combine(plugin, "plugin.json"), "\"version\": \"0.2.0\"", "\"version\": \"0.3.0\"");
        await EditAsync(
            Path.Combine(plugin, "HelpDeskConnector.cs"),
            "        foreach (var selection in request.Streams)\n",
            "        if (request.RecordLimit is null)\n        {\n            throw new InvalidOperationException(\"Only small reads go well.\");\n        }\n\n        foreach (var selection in request.Streams)\n");
    }

    private static async Task EditAsync(string file, string before, string after)
    {
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains(before, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(before, after, StringComparison.Ordinal));
    }

    private static async Task<string> AcceptedAsync(LocalHost host) =>
        (await host.GetAsync("/catalog?search=help"))["items"]![0]!["versions"]![0]!["capabilitiesSha256"]!.GetValue<string>();

    private static async Task ReadAsync(LocalHost host, int records)
    {
        var count = -1;
        await host.UntilAsync(
            async () => (count = (await host.GetAsync("/streams/help-desk.contacts/records?limit=100"))["items"]!.AsArray().Count) == records,
            () => $"{count} contacts are there; {records} were expected.");
    }
}
