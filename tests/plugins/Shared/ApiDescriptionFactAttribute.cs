namespace CustomerInsights.Tests.Shared;

/// <summary>A test by the official description of an API that lies beside the repository, skipped with the reason where it does not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApiDescriptionFactAttribute : FactAttribute
{
    /// <param name="name">The file's name in shared/reference/apis.</param>
    public ApiDescriptionFactAttribute(string name)
    {
        if (Find(name) is null)
        {
            Skip = $"The description (shared/reference/apis/{name}) is not beside the repository.";
        }
    }

    /// <summary>A description, searched upwards from the test's assembly; null where there is none.</summary>
    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "shared", "reference", "apis", name) is var candidate && File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
