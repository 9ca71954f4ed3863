using CustomerInsights.Tests.Shared;

namespace CustomerInsights.Host.Tests;

/// <summary>Skips, and says why, where the public labelled records are not on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabelledTheoryAttribute : TheoryAttribute
{
    public LabelledTheoryAttribute()
    {
        if (Folder is null)
        {
            Skip = "No folder 'shared/data/unification' beside the repository: the check against labelled data did not run.";
        }
    }

    internal static string? Folder { get; } = Path.GetFullPath(Path.Combine(RepositoryRoot.Path, "..", "shared", "data", "unification")) is var folder && Directory.Exists(folder) ? folder : null;
}
