namespace CustomerInsights.Sdk;

/// <summary>Facts of this SDK.</summary>
public static class SdkInfo
{
    /// <summary>The SDK's version, <c>major.minor.patch</c>; what a manifest's <c>sdk</c> range is compared with.</summary>
    public static string Version { get; } = typeof(SdkInfo).Assembly.GetName().Version!.ToString(3);
}
