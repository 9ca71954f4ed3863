namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>A theory on Microsoft's lab data; skipped as <see cref="ContosoFactAttribute"/> is.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContosoTheoryAttribute : TheoryAttribute
{
    public ContosoTheoryAttribute() => Skip = new ContosoFactAttribute().Skip;
}
