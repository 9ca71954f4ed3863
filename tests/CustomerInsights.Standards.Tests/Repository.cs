namespace CustomerInsights.Standards.Tests;

/// <summary>Where things are in the repository that this test was compiled from.</summary>
internal static class Repository
{
    internal static string Root => RepositoryRoot.Path;

    internal static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files of a pattern, build output and packages left out.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(At(folder))
            ? Directory.EnumerateFiles(At(folder), pattern, SearchOption.AllDirectories).Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
            : [];

    internal static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}
