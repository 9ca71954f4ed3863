namespace CustomerInsights.Sdk;

/// <summary>What SDK 1.0 does not have.</summary>
public static class Tomorrow
{
    /// <summary>A new member.</summary>
    /// <returns>A greeting.</returns>
    public static string Hello() => "hello from 1.1";
}
