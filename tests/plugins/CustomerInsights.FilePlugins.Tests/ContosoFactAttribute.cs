namespace CustomerInsights.FilePlugins.Tests;

/// <summary>A test on the real Contoso files, skipped with the reason where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContosoFactAttribute : FactAttribute
{
    public ContosoFactAttribute()
    {
        if (Folder is null)
        {
            Skip = "The Contoso files (shared/data/contoso) are not beside the repository.";
        }
    }

    /// <summary>The folder, searched upwards from the test's assembly.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "contoso");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
