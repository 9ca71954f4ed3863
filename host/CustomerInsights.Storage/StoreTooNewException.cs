namespace CustomerInsights.Storage;

/// <summary>The store was written by a later release.</summary>
public sealed class StoreTooNewException(string file, long found, long known)
    : Exception($"{file} has format {found}; this release knows formats up to {known}. Start the release that wrote it (or a later one), or restore a backup made before the upgrade.")
{
    /// <summary>The format found.</summary>
    public long Found { get; } = found;

    /// <summary>The newest format that this release knows.</summary>
    public long Known { get; } = known;
}
