using System.CommandLine;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.PluginTool.Projects;
using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin test</c>.</summary>
internal static class TestCommand
{
    internal static Command Create()
    {
        var plugin = new Argument<string>("plugin") { Description = "A plugin's project, which is built first, a package's folder or a .ciplugin.", DefaultValueFactory = _ => "." };
        var config = new Option<string?>("--config") { Description = "The test file. Default: test.json of the project, or of this folder.", HelpName = "file" };
        var only = new Option<string[]>("--only") { Description = "Checks (R05) or groups (R) to run, separated by commas. Such a run gives no tier.", HelpName = "checks" };
        var mode = new Option<string>("--mode") { Description = "Where the plugin runs. Default: both inProcess and process.", HelpName = "mode" };
        mode.AcceptOnlyFromAmong("both", "inProcess", "process", "sandboxedProcess");
        var junit = new Option<string?>("--junit") { Description = "Writes the results as JUnit XML.", HelpName = "file" };
        var json = new Option<string?>("--json") { Description = "Writes the report as JSON.", HelpName = "file" };
        return new Command("test", "Runs the conformance kit against a plugin: in its own process and in a worker.") { plugin, config, only, mode, junit, json }
            .Does(async (parsed, cancellationToken) =>
            {
                await using var target = await PluginTarget.OpenAsync(parsed.GetRequiredValue(plugin), Console.Error, cancellationToken);
                var options = new ConformanceOptions
                {
                    TestFile = target.TestFile(parsed.GetValue(config)),
                    Only = [.. (parsed.GetValue(only) ?? []).SelectMany(part => part.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                    Modes = parsed.GetValue(mode) is null or "both" ? new ConformanceOptions().Modes : [Modes.Read(parsed.GetValue(mode)!)],
                    OnResult = Show,
                };
                var report = await RunAsync(target.Given, options, cancellationToken);
                await WriteAsync(parsed.GetValue(junit), report.WriteJUnit);
                await WriteAsync(parsed.GetValue(json), report.WriteJson);
                await Console.Out.WriteLineAsync();
                await Console.Out.WriteLineAsync(report.ToText());
                return report.Passed ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static async Task<ConformanceReport> RunAsync(string package, ConformanceOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ConformanceKit.RunAsync(package, options, cancellationToken);
        }
        catch (ConformanceException error)
        {
            throw new ToolException(error.Message);
        }
    }

    private static void Show(ConformanceResult result)
    {
        var mark = result.Outcome switch
        {
            ConformanceOutcome.Passed => "ok",
            ConformanceOutcome.Failed => "FAIL",
            ConformanceOutcome.Skipped => "skip",
            _ => "-",
        };
        Console.WriteLine($"{mark,-4} {result.CheckId}  {result.Mode?.ToWord() ?? "",-10} {result.Component ?? "",-24} {result.Title}");
    }

    private static async Task WriteAsync(string? path, Action<Stream> write)
    {
        if (path is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            await using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
            write(stream);
        }
    }
}
