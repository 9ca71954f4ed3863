namespace CustomerInsights.Sdk;

/// <summary>What an admin has allowed a plugin to reach on this machine.</summary>
/// <param name="FileRoots">Absolute folders under which files may be read or written; empty: none. A plugin that opens files
/// must stay under them, links resolved.</param>
public sealed record PluginGrants(IReadOnlyList<string> FileRoots)
{
    /// <summary>Nothing is allowed.</summary>
    public static PluginGrants None { get; } = new([]);
}
