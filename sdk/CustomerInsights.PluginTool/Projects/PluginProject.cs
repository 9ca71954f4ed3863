using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>The project of a plugin: a folder with <c>plugin.json</c> and one <c>.csproj</c>.</summary>
/// <param name="File">The project's file.</param>
internal sealed record PluginProject(string File)
{
    internal string Folder => Path.GetDirectoryName(File)!;

    /// <summary>Finds it; null when the path is none.</summary>
    /// <exception cref="ToolException">There are several.</exception>
    internal static PluginProject? Find(string path)
    {
        path = Path.GetFullPath(path);
        if (System.IO.File.Exists(path))
        {
            return path.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) ? new(path) : null;
        }

        return !Directory.Exists(path) ? null : Directory.GetFiles(path, "*.csproj") switch
        {
            [] => null,
            [var only] => new(only),
            _ => throw new ToolException($"{path} holds several projects; name the .csproj."),
        };
    }

    /// <summary>Builds it for release, which lays the package out.</summary>
    /// <returns>The package's folder.</returns>
    /// <exception cref="ToolException">It does not build, or is not a plugin's.</exception>
    internal async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        // Deterministic paths: the same sources give the same assembly wherever they lie.
        string[] arguments =
        [
            "msbuild", File, "-restore", "-t:Build", "-nologo", "-v:quiet", "-p:Configuration=Release", "-p:ContinuousIntegrationBuild=true",
            $"-p:PathMap={Folder}/=/_/", "-getProperty:PluginPackageFolder",
        ];
        var outcome = await DotNet.RunAsync(arguments, Folder, cancellationToken);
        if (outcome.ExitCode != 0)
        {
            throw new ToolException($"{Path.GetFileName(File)} does not build.\n{outcome.All}");
        }

        var folder = outcome.Output.Trim();
        return System.IO.File.Exists(Path.Combine(folder, PackageReader.ManifestFile)) ? folder
            : throw new ToolException($"{Path.GetFileName(File)} builds no package. Give it a <PluginId>, and a reference to CustomerInsights.Sdk with ExcludeAssets=\"runtime\" and nothing else left out.");
    }
}
