namespace CustomerInsights.Standards.Tests;

/// <summary>Where things are in the repository that this test was compiled from.</summary>
internal static class Repository
{
    // Looked for upwards from the output: a path that the compiler notes down is a made-up one in a deterministic build.
    internal static string Root { get; } = Above(AppContext.BaseDirectory);

    internal static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files of a pattern, build output and packages left out.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(At(folder))
            ? Directory.EnumerateFiles(At(folder), pattern, SearchOption.AllDirectories).Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
            : [];

    internal static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string Above(string start)
    {
        var folder = new DirectoryInfo(start);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CustomerInsights.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"There is no CustomerInsights.sln above {start}.");
    }
}
