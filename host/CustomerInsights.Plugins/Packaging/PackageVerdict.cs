using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>What verification found.</summary>
public enum PackageState
{
    /// <summary>Signed by a key that is trusted for this plugin, and every file is as it was signed.</summary>
    Valid = 0,

    /// <summary>Signed, but by nobody who is known here as this plugin's publisher.</summary>
    UnknownPublisher = 1,

    /// <summary>Signed by a key that was revoked.</summary>
    Revoked = 2,

    /// <summary>Files are not as they were signed.</summary>
    Modified = 3,

    /// <summary>Not signed.</summary>
    Unsigned = 4,
}

/// <summary>The result of verification.</summary>
/// <param name="State">What was found.</param>
/// <param name="Message">Why, for people.</param>
public sealed record PackageVerdict(PackageState State, string Message)
{
    /// <summary>The key that decided.</summary>
    public string? KeyId { get; init; }

    /// <summary>How far the publisher is trusted; of use when the state is Valid.</summary>
    public PublisherTrust Trust { get; init; }

    /// <summary>Files that differ, are missing, or are not in the list.</summary>
    public IReadOnlyList<string> ModifiedFiles { get; init; } = [];

    internal static PackageVerdict OfModified(IReadOnlyList<string> files)
    {
        var more = files.Count > 10 ? $" and {files.Count - 10} more" : "";
        return new(PackageState.Modified, $"Not as it was signed: {string.Join(", ", files.Take(10))}{more}. Install it again.") { ModifiedFiles = files };
    }
}
