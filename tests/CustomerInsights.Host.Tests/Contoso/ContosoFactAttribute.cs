namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>A test on Microsoft's lab data; skipped, with the reason, where the data is not beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContosoFactAttribute : FactAttribute
{
    public ContosoFactAttribute()
    {
        if (ContosoFiles.Folder is null)
        {
            Skip = $"There is no folder shared/data/contoso above {AppContext.BaseDirectory}; put Microsoft's lab data there to run the acceptance tests.";
        }
    }
}
