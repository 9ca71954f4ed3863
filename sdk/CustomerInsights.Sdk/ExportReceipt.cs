namespace CustomerInsights.Sdk;

/// <summary>What a target says of a committed run.</summary>
/// <param name="Summary">For people: where to find what was written. No secrets. At most 400 characters.</param>
public sealed record ExportReceipt(string Summary)
{
    /// <summary>What a program may want to know: file names, hashes, remote ids. At most 100 entries.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
