using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>What a command was pointed at: a <c>.ciplugin</c>, which is unpacked, a package's folder, or a project, which is built.</summary>
internal sealed class PluginTarget : IAsyncDisposable
{
    private readonly DirectoryInfo? _unpacked;

    private PluginTarget(string given, string packageFolder, PluginProject? project, DirectoryInfo? unpacked) =>
        (Given, PackageFolder, Project, _unpacked) = (given, packageFolder, project, unpacked);

    /// <summary>The package itself: the <c>.ciplugin</c> where one was named, otherwise the folder.</summary>
    internal string Given { get; }

    /// <summary>The folder <c>…/&lt;id&gt;/&lt;version&gt;</c>.</summary>
    internal string PackageFolder { get; }

    /// <summary>The project that it was built from, where there is one.</summary>
    internal PluginProject? Project { get; }

    internal string Id => Path.GetFileName(Path.GetDirectoryName(PackageFolder))!;

    internal string Version => Path.GetFileName(PackageFolder);

    /// <summary>The test file: the one that was named, or <c>test.json</c> beside the project, else where the command runs; null when there is none.</summary>
    internal string? TestFile(string? named)
    {
        if (named is not null)
        {
            return named;
        }

        var usual = Path.Combine(Project?.Folder ?? Environment.CurrentDirectory, "test.json");
        return File.Exists(usual) ? usual : null;
    }

    /// <summary>Opens it.</summary>
    /// <param name="path">The path that was given.</param>
    /// <param name="news">Told what takes time.</param>
    /// <param name="cancellationToken">Cancels building and unpacking.</param>
    /// <exception cref="ToolException">It is none of the three, or does not build.</exception>
    internal static async Task<PluginTarget> OpenAsync(string path, TextWriter news, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && path.EndsWith(".ciplugin", StringComparison.OrdinalIgnoreCase))
        {
            return await UnpackAsync(path, cancellationToken);
        }

        if (PluginProject.Find(path) is { } project)
        {
            await news.WriteLineAsync($"Building {Path.GetFileName(project.File)} …");
            var built = Path.TrimEndingDirectorySeparator(await project.BuildAsync(cancellationToken));
            return new(built, built, project, null);
        }

        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return File.Exists(Path.Combine(folder, PackageReader.ManifestFile))
            ? new(folder, folder, null, null)
            : throw new ToolException($"{path} is no plugin. Name a project's folder, a package's folder (with plugin.json) or a .ciplugin.");
    }

    private static async Task<PluginTarget> UnpackAsync(string file, CancellationToken cancellationToken)
    {
        var unpacked = Directory.CreateTempSubdirectory("ci-plugin-");
        try
        {
            await using var stream = File.OpenRead(file);
            using var archive = PackageArchive.Open(stream);
            var folder = Path.Combine(unpacked.FullName, archive.Files.Id, archive.Files.Version);
            await archive.ExtractAsync(folder, null, cancellationToken);
            return new(Path.GetFullPath(file), folder, null, unpacked);
        }
        catch
        {
            unpacked.Delete(recursive: true);
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _unpacked?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
