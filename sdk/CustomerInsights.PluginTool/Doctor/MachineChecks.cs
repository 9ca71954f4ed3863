using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.PluginTool.Projects;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Doctor;

/// <summary>Whether this machine can build plugins and run them as a host does.</summary>
internal static class MachineChecks
{
    private const int NeededMajor = 10;

    internal static async IAsyncEnumerable<Finding> RunAsync(string folder)
    {
        yield return new(FindingKind.Ok, "Plugin SDK", $"{SdkInfo.Version} comes with this tool; on .NET {Environment.Version}.");
        yield return await SdkAsync(folder);
        foreach (var finding in await SourcesAsync(folder))
        {
            yield return finding;
        }

        var place = new WorkerPlace(null);
        yield return await place.ObjectionAsync(IsolationMode.Process) is { } noWorker
            ? new(FindingKind.Fail, "Worker", $"{noWorker} Install the tool again.")
            : new(FindingKind.Ok, "Worker", "plugins can run in a process of their own.");
        yield return await place.ObjectionAsync(IsolationMode.SandboxedProcess) is { } noSandbox
            ? new(FindingKind.Hint, "Sandbox", $"{noSandbox} Plugins can be tried here with 'process', not with 'sandboxedProcess'.")
            : new(FindingKind.Ok, "Sandbox", "plugins can run in a process without network.");
    }

    private static async Task<Finding> SdkAsync(string folder)
    {
        const string what = ".NET SDK";
        const string remedy = "Install the .NET 10 SDK and put 'dotnet' on the PATH.";
        try
        {
            var outcome = await DotNet.RunAsync(["--version"], folder, CancellationToken.None);
            var version = outcome.Output.Trim();
            return outcome.ExitCode != 0 ? new(FindingKind.Fail, what, $"{outcome.All} {remedy}")
                : Version.TryParse(version.Split('-')[0], out var number) && number.Major >= NeededMajor ? new(FindingKind.Ok, what, version)
                : new(FindingKind.Fail, what, $"{version} is too old. {remedy}");
        }
        catch (ToolException error)
        {
            return new(FindingKind.Fail, what, $"{error.Message} {remedy}");
        }
    }

    // A folder that is a package source and is not there stops every restore, with a message that names no remedy.
    private static async Task<IReadOnlyList<Finding>> SourcesAsync(string folder)
    {
        const string what = "Package source";
        DotNet.Outcome outcome;
        try
        {
            outcome = await DotNet.RunAsync(["nuget", "list", "source", "--format", "Short"], folder, CancellationToken.None);
        }
        catch (ToolException)
        {
            // Without dotnet there is nothing to ask; that was said already.
            return [];
        }

        var sources = outcome.Output.Split('\n').Where(line => line.StartsWith("E ", StringComparison.Ordinal)).Select(line => line[2..].Trim()).ToList();
        return sources.Count == 0
            ? [new(FindingKind.Hint, what, "none is enabled. Name one in a nuget.config, or 'ci-plugin new' with --feed.")]
            : [.. sources.Select(source => Path.IsPathRooted(source) && !Directory.Exists(source)
                ? new Finding(FindingKind.Fail, what, $"the folder {source} is not there. Correct it in the nuget.config of {folder} or of a folder above.")
                : new Finding(FindingKind.Ok, what, source))];
    }
}
