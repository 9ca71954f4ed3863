using System.Text.RegularExpressions;
using CustomerInsights.Acceptance.Tests.Kit;

namespace CustomerInsights.Acceptance.Tests;

/// <summary>What the templates make, builds without a warning and keeps the contract, as it is.</summary>
[Collection(AuthorsMachineGroup.Name)]
public sealed partial class TemplateTests(AuthorsMachine machine)
{
    // The connector's way is that of the tutorial: StrangersPathTests.
    [Theory]
    [InlineData("enrichment")]
    [InlineData("export")]
    public async Task A_new_plugin_passes_the_kit_in_both_modes(string kind)
    {
        var folder = machine.Below("template-" + kind);
        (await machine.CiPluginAsync(folder, "new", kind, "front-desk", "--publisher", "acme-labs")).Ended(0).Said("acme-labs.front-desk is in ");
        var plugin = Path.Combine(folder, "front-desk");
        var tested = (await machine.CiPluginAsync(plugin, "test", "--junit", "out/junit.xml", "--json", "out/report.json")).Ended(0)
            .Said("acme-labs.front-desk 0.1.0: conforms.").Said("inProcess").Said("process");
        Assert.Equal("Building FrontDesk.csproj …", tested.Errors.Trim());
        Assert.Contains("<testsuite", await File.ReadAllTextAsync(Path.Combine(plugin, "out", "junit.xml")), StringComparison.Ordinal);
        Assert.Contains("\"acme-labs.front-desk\"", await File.ReadAllTextAsync(Path.Combine(plugin, "out", "report.json")), StringComparison.Ordinal);
        (await machine.CiPluginAsync(plugin, "doctor")).Ended(0).Said("ok    Link check").Said("Nothing must be mended.");
    }

    [Fact]
    public async Task The_test_project_of_a_new_plugin_runs_the_kit()
    {
        var folder = machine.Below("template-tests");
        (await machine.CiPluginAsync(folder, "new", "export", "MailingList", "--feed", AuthorsMachine.Feed)).Ended(0);
        var plugin = Path.Combine(folder, "mailing-list");
        Assert.Contains(AuthorsMachine.Feed, await File.ReadAllTextAsync(Path.Combine(plugin, "nuget.config")), StringComparison.Ordinal);
        (await machine.RunAsync("dotnet", plugin, "test", "tests")).Ended(0).Said("Passed!").Said("Failed:     0, Passed:     1");
    }

    [Fact]
    public async Task Dotnet_new_makes_of_the_package_what_the_tool_makes()
    {
        var folder = machine.Below("dotnet-new");
        var list = machine.Below("dotnet-new-list");
        var package = Assert.Single(Directory.GetFiles(AuthorsMachine.Feed, "CustomerInsights.Templates.*.nupkg"));
        (await machine.RunAsync("dotnet", folder, "new", "install", package, "--debug:custom-hive", list)).Ended(0);
        foreach (var kind in (string[])["connector", "enrichment", "export"])
        {
            (await machine.RunAsync("dotnet", folder, "new", "ci-" + kind, "--name", "FrontDesk", "--output", "new-" + kind, "--debug:custom-hive", list)).Ended(0);
            (await machine.CiPluginAsync(folder, "new", kind, "front-desk", "--out", "tool-" + kind)).Ended(0);
            var made = Contents(Path.Combine(folder, "new-" + kind));
            Assert.Equal(made, Contents(Path.Combine(folder, "tool-" + kind)));
            Assert.DoesNotContain(made, file => LeftOver().IsMatch(file));
        }
    }

    [Theory]
    [InlineData("HelpDesk", "help-desk")]
    [InlineData("help-desk", "help-desk")]
    [InlineData("crm", "crm")]
    [InlineData("CRMTool2", "crm-tool-2")]
    public async Task The_id_that_is_printed_is_that_of_the_plugin(string name, string id)
    {
        var folder = machine.Below("names-" + name);
        (await machine.CiPluginAsync(folder, "new", "export", name, "--out", "it")).Ended(0).Said($"acme.{id} is in ");
        Assert.Contains($"\"id\": \"acme.{id}\"", await File.ReadAllTextAsync(Path.Combine(folder, "it", "plugin.json")), StringComparison.Ordinal);
    }

    private static List<string> Contents(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{Path.GetRelativePath(folder, file)}\n{File.ReadAllText(file)}")];

    [GeneratedRegex("PluginName|PublisherName|plugin-name|plugin_name|publisher-id|Plugin Title|packages-folder", RegexOptions.NonBacktracking)]
    private static partial Regex LeftOver();
}
