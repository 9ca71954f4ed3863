namespace CustomerInsights.Plugins.Packaging;

/// <summary>How large a package may be. Reading stops at the limit, whatever the archive says of itself.</summary>
public sealed record PackageLimits
{
    /// <summary>Most files. Default: 2,000.</summary>
    public int Files { get; init; } = 2000;

    /// <summary>Most bytes, packed or unpacked. Default: 200 MB.</summary>
    public long Bytes { get; init; } = 200L * 1024 * 1024;

    /// <summary>Most bytes unpacked for each byte packed. Default: 100.</summary>
    public int Ratio { get; init; } = 100;

    // Nobody wins much from a small file that packs well, and an empty schema or a list of zeros does.
    internal const long RatioFrom = 1024 * 1024;

    internal static PackageLimits Default { get; } = new();
}
