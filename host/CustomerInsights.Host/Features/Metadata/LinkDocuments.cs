namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The profile type that profiles of another belong to: contacts to accounts, many to one.</summary>
public sealed record BelongsToDocument
{
    /// <summary>The type that owns: <c>account</c>. It is unified first.</summary>
    public required string Type { get; init; }

    /// <summary>The name in rules: <c>account</c> in <c>account.industry</c>. Default: the type's name.</summary>
    public string? As { get; init; }

    /// <summary>Where a record says to whom it belongs, by stream. Records of a stream that is not here point at nobody.</summary>
    public required IReadOnlyDictionary<string, LinkStreamDocument> Streams { get; init; }

    /// <summary>What becomes of a profile whose owner cannot be found. Default: keep.</summary>
    public OrphanHandling Orphans { get; init; }
}

/// <summary>Parents within a profile type. The name in rules is <c>parent</c>.</summary>
public sealed record HierarchyDocument
{
    /// <summary>Where a record names its parent, by stream.</summary>
    public required IReadOnlyDictionary<string, LinkStreamDocument> Streams { get; init; }
}

/// <summary>A foreign key.</summary>
public sealed record LinkStreamDocument
{
    /// <summary>The stream whose primary key it holds.</summary>
    public required string Stream { get; init; }

    /// <summary>An expression over the record that gives the key: a column, or <c>trim(AccountId)</c>.</summary>
    public required string Key { get; init; }
}

/// <summary>What becomes of a profile that belongs to nobody.</summary>
public enum OrphanHandling
{
    /// <summary>It stays, without an owner.</summary>
    Keep,

    /// <summary>It becomes no profile; it is counted.</summary>
    Drop,
}
