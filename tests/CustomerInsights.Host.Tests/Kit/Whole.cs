namespace CustomerInsights.Host.Tests.Kit;

/// <summary>Compares messages and shows them whole when they differ.</summary>
internal static class Whole
{
    public static void Equal(string expected, string? actual) => Assert.True(expected == actual, $"expected: {expected}\n  actual: {actual}");
}
