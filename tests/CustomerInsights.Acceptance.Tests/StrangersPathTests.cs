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
        await tutorial.DoAsync("Run it");
        await ReadAsync(host, 7);

        // A read is under way when the next version comes; nothing of it is lost.
        desk.Add(6);
        var reached = desk.Hold();
        var reading = await host.PostAsync("/sources/help-desk/runs");
        await reached;
        await tutorial.DoAsync("Upgrade it");
        await host.RunsAsync(Plugin, "0.2.0");
        desk.LetGo();
        await host.SucceededAsync(reading);
        await ReadAsync(host, 13);

        Assert.Empty(tutorial.NotDone);
    }

    private static async Task ReadAsync(LocalHost host, int records)
    {
        var count = -1;
        await host.UntilAsync(
            async () => (count = (await host.GetAsync("/streams/help-desk.contacts/records?limit=100"))["items"]!.AsArray().Count) == records,
            () => $"{count} contacts are there; {records} were expected.");
    }
}
