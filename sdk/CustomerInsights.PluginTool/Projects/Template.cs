namespace CustomerInsights.PluginTool.Projects;

/// <summary>The templates of <c>dotnet new</c> that lie beside the tool. What makes projects of them is <c>dotnet new</c> itself.</summary>
internal static class Template
{
    /// <summary>Makes a project.</summary>
    /// <param name="kind">The template's folder: connector, enrichment or export.</param>
    /// <param name="name">The plugin's name.</param>
    /// <param name="folder">The folder to make.</param>
    /// <param name="feed">The SDK's packages, or null.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="ToolException">The folder holds something, or <c>dotnet new</c> failed.</exception>
    internal static async Task CreateAsync(string kind, PluginName name, string folder, string? feed, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new ToolException($"{folder} is not empty; name another folder with --out.");
        }

        // A list of templates of our own: what the author has installed stays as it is.
        var list = Directory.CreateTempSubdirectory("ci-plugin-");
        try
        {
            var template = Path.Combine(AppContext.BaseDirectory, "templates", kind);
            await RunAsync(["new", "install", template, "--debug:custom-hive", list.FullName], list.FullName, cancellationToken);
            await RunAsync(
                [
                    "new", $"ci-{kind}", "--name", name.Pascal, "--publisher", name.Publisher, .. feed is null ? (string[])[] : ["--feed", feed],
                    "--output", folder, "--no-update-check", "--debug:custom-hive", list.FullName,
                ],
                list.FullName,
                cancellationToken);
        }
        finally
        {
            list.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string[] arguments, string folder, CancellationToken cancellationToken)
    {
        var outcome = await DotNet.RunAsync(arguments, folder, cancellationToken);
        if (outcome.ExitCode != 0)
        {
            throw new ToolException($"'dotnet {string.Join(' ', arguments[..2])}' failed; the .NET 10 SDK is needed.\n{outcome.All}");
        }
    }
}
