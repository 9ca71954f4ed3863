using System.CommandLine;
using CustomerInsights.PluginTool.Doctor;
using CustomerInsights.PluginTool.Projects;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin doctor</c>.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        var plugin = new Argument<string>("plugin") { Description = "A plugin's project, a package's folder or a .ciplugin. Without one in this folder only the machine is looked at.", DefaultValueFactory = _ => "." };
        return new Command("doctor", "Looks whether machine, project and package are as they must be. 'fail' must be mended, 'hint' may be.") { plugin }
            .Does((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(plugin), cancellationToken));
    }

    private static async Task<int> RunAsync(string plugin, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        await foreach (var finding in MachineChecks.RunAsync(Directory.Exists(plugin) ? Path.GetFullPath(plugin) : Environment.CurrentDirectory))
        {
            await ShowAsync([finding], findings);
        }

        if (plugin != "." || PluginProject.Find(plugin) is not null || File.Exists("plugin.json"))
        {
            await ShowAsync(await PluginAsync(plugin, cancellationToken), findings);
        }

        var failed = findings.Count(finding => finding.Kind == FindingKind.Fail);
        await Console.Out.WriteLineAsync(failed == 0 ? "Nothing must be mended." : $"{failed} to be mended.");
        return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<IReadOnlyList<Finding>> PluginAsync(string plugin, CancellationToken cancellationToken)
    {
        try
        {
            await using var target = await PluginTarget.OpenAsync(plugin, Console.Error, cancellationToken);
            return await PackageChecks.RunAsync(target.PackageFolder, cancellationToken);
        }
        catch (ToolException error)
        {
            return [new(FindingKind.Fail, "Project", error.Message)];
        }
    }

    private static async Task ShowAsync(IReadOnlyList<Finding> news, List<Finding> all)
    {
        foreach (var finding in news)
        {
            all.Add(finding);
            await Console.Out.WriteLineAsync(finding.ToString());
        }
    }
}
