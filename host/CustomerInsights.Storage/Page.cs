namespace CustomerInsights.Storage;

/// <summary>A page of a list in a stable order.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Where the next page begins, or null at the end; opaque to callers, made of the last item's key.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
