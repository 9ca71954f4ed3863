namespace CustomerInsights.Tests.Shared;

/// <summary>Where the repository lies that a test or benchmark was built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>
    /// The folder of the solution, looked for upwards from the output: a path that the compiler notes down is a made-up one in a deterministic build.
    /// </summary>
    public static string Path { get; } = Above(AppContext.BaseDirectory);

    private static string Above(string start)
    {
        var folder = new DirectoryInfo(start);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "CustomerInsights.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"There is no CustomerInsights.sln above {start}.");
    }
}
