namespace CustomerInsights.Storage.Profiles;

/// <summary>What is in doubt.</summary>
public enum ReviewKind
{
    /// <summary>Are two records one person?</summary>
    Pair = 0,

    /// <summary>Is a cluster one person?</summary>
    Cluster = 1,
}

/// <summary>A doubt that a run found.</summary>
/// <param name="Kind">A pair or a cluster.</param>
/// <param name="Nodes">Its nodes, ascending; two for a pair. Kind and nodes name the item.</param>
/// <param name="Worth">How much an answer is worth; the larger comes first.</param>
/// <param name="Bits">Weight of the evidence, log2 of the odds.</param>
/// <param name="Sentence">The doubt in words.</param>
/// <param name="Detail">JSON, or null.</param>
public sealed record ReviewItem(ReviewKind Kind, IReadOnlyList<long> Nodes, double Worth, double Bits, string Sentence, string? Detail);

/// <summary>An item as stored.</summary>
/// <param name="Id">Its number.</param>
/// <param name="ProfileType">The type.</param>
/// <param name="Item">The doubt.</param>
/// <param name="Run">The job that found it.</param>
/// <param name="At">When it was found.</param>
/// <param name="Verdict">The verdict that answered it; null while it is open.</param>
public sealed record StoredReviewItem(long Id, string ProfileType, ReviewItem Item, string Run, DateTimeOffset At, string? Verdict);

/// <summary>Doubts for stewards, by profile type.</summary>
public interface IReviewStore
{
    /// <summary>Puts a run's items in the place of the open ones, all or none. An item that was answered does not come back, and one that is open keeps its number.</summary>
    ValueTask ReplaceAsync(string profileType, string run, IReadOnlyList<ReviewItem> items, CancellationToken cancellationToken);

    /// <summary>Open items, by worth.</summary>
    ValueTask<Page<StoredReviewItem>> ListAsync(string profileType, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>One item, open or answered, or null.</summary>
    ValueTask<StoredReviewItem?> FindAsync(long id, CancellationToken cancellationToken);
}
