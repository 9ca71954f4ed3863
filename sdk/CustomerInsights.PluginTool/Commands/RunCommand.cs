using System.CommandLine;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.PluginTool.Projects;
using CustomerInsights.PluginTool.Running;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin run</c>.</summary>
internal static class RunCommand
{
    internal static Command Create()
    {
        var plugin = new Argument<string>("plugin") { Description = "A plugin's project, which is built first, a package's folder or a .ciplugin.", DefaultValueFactory = _ => "." };
        var config = new Option<string?>("--config") { Description = "The test file whose fixture is run against. Default: test.json of the project, or of this folder.", HelpName = "file" };
        var settings = new Option<string?>("--settings") { Description = "Or settings as a host would give them: the real thing, without a fixture.", HelpName = "file" };
        var secret = new Option<string[]>("--secret") { Description = "With --settings: a secret and the environment variable that holds its value, such as token=SHOP_TOKEN.", HelpName = "name=variable" };
        var files = new Option<string[]>("--files") { Description = "With --settings: a folder that the plugin may use.", HelpName = "folder" };
        var hosts = new Option<string[]>("--allow-host") { Description = "With --settings: a declared host that may be private or on this machine, such as localhost:8080.", HelpName = "host" };
        var component = new Option<string?>("--component") { Description = "The component's id, or kind/id. Needed when there are several.", HelpName = "id" };
        var mode = new Option<string>("--mode") { Description = "Where the plugin runs.", HelpName = "mode", DefaultValueFactory = _ => "inProcess" };
        mode.AcceptOnlyFromAmong("inProcess", "process", "sandboxedProcess");
        var format = new Option<string>("--format") { Description = "How records are shown: table, or jsonl for one JSON object a line.", HelpName = "format", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "jsonl");
        var limit = new Option<int>("--limit") { Description = "Records of each stream that are read; 0 for all.", DefaultValueFactory = _ => 20 };
        var stream = new Option<string[]>("--stream") { Description = "Streams to read. Default: all.", HelpName = "name" };
        var state = new Option<string?>("--state") { Description = "Reads incrementally from the bookmarks in this file, and writes the new ones there.", HelpName = "file" };
        var write = new Option<bool>("--write") { Description = "For an export: writes. Otherwise it is a dry run." };
        return new Command("run", "Runs a plugin and shows what comes: a connector's records, an enrichment's answers, an export's outcomes.")
        {
            plugin, config, settings, secret, files, hosts, component, mode, format, limit, stream, state, write,
        }.Does(async (parsed, cancellationToken) =>
        {
            await using var target = await PluginTarget.OpenAsync(parsed.GetRequiredValue(plugin), Console.Error, cancellationToken);
            var world = parsed.GetValue(settings) is { } file
                ? RunWorld.OfSettings(file, parsed.GetValue(secret) ?? [], parsed.GetValue(files) ?? [], parsed.GetValue(hosts) ?? [])
                : await RunWorld.OfFixtureAsync(target.TestFile(parsed.GetValue(config)), cancellationToken);
            await using (world)
            {
                await using var stage = await PluginStage.StartAsync(target.PackageFolder, Modes.Read(parsed.GetRequiredValue(mode)), world, cancellationToken);
                var contribution = stage.Choose(parsed.GetValue(component));
                var show = new RecordView(Console.Out, asLines: parsed.GetValue(format) == "jsonl");
                return contribution.Kind switch
                {
                    PluginKind.Connector => await new ConnectorRun(stage, contribution, show).RunAsync(parsed.GetValue(stream) ?? [], parsed.GetValue(limit), parsed.GetValue(state), cancellationToken),
                    PluginKind.Enrichment => await new EnrichmentRun(stage, contribution, show).RunAsync(cancellationToken),
                    _ => await new ExportRun(stage, contribution, show).RunAsync(parsed.GetValue(write), cancellationToken),
                };
            }
        });
    }
}
