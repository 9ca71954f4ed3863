namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The hashes of all records for any key.</summary>
internal interface IKeyHashes
{
    /// <summary>How many records there are.</summary>
    int Rows { get; }

    /// <summary>The hash of each record for a key; 0 when it lacks one of the parts.</summary>
    void Hashes(BlockingKey key, Span<uint> hashes);
}
