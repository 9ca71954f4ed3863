using System.CommandLine;
using CustomerInsights.PluginTool.Projects;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin new</c>.</summary>
internal static class NewCommand
{
    internal static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = "connector brings records in, enrichment adds attributes to profiles, export brings a segment's members to a target." };
        kind.AcceptOnlyFromAmong("connector", "enrichment", "export");
        var name = new Argument<string>("name") { Description = "The plugin's name: help-desk or HelpDesk." };
        var publisher = new Option<string>("--publisher") { Description = "The first part of the plugin's id.", DefaultValueFactory = _ => "acme" };
        var output = new Option<string?>("--out") { Description = "The folder to make. Default: the name.", HelpName = "folder" };
        var feed = new Option<string?>("--feed") { Description = "A folder with the packages of the SDK; written into a nuget.config.", HelpName = "folder" };
        return new Command("new", "Makes a plugin's project that builds and passes the kit.") { kind, name, publisher, output, feed }
            .Does(async (parsed, cancellationToken) =>
            {
                var plugin = new PluginName(parsed.GetRequiredValue(name), parsed.GetRequiredValue(publisher));
                var folder = Path.GetFullPath(parsed.GetValue(output) ?? plugin.Kebab);
                await Template.CreateAsync(parsed.GetRequiredValue(kind), plugin, folder, FullFeed(parsed.GetValue(feed)), cancellationToken);
                await Console.Out.WriteLineAsync($"""
                    {plugin.Id} is in {folder}. In this folder:
                      ci-plugin test      builds it and runs the conformance kit
                      ci-plugin run       shows what it reads or answers
                      ci-plugin pack      packs it for a host
                    """);
                return ExitCodes.Done;
            });
    }

    private static string? FullFeed(string? feed) => feed is null ? null
        : Directory.Exists(feed) ? Path.GetFullPath(feed)
        : throw new ToolException($"There is no folder {feed}. Name the one that holds CustomerInsights.Sdk.*.nupkg.");
}
