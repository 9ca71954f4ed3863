namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>A test by the description of Stripe's API that lies beside the repository, skipped with the reason where it does not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StripeFactAttribute : FactAttribute
{
    public StripeFactAttribute()
    {
        if (File is null)
        {
            Skip = "The description of Stripe's API (shared/reference/apis/stripe-excerpt.json) is not beside the repository.";
        }
    }

    /// <summary>The description, searched upwards from the test's assembly.</summary>
    public static string? File { get; } = Find();

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "reference", "apis", "stripe-excerpt.json");
            if (System.IO.File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
