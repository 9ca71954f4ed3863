namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The distinct patterns of all candidates with how many pairs have each, and for each pair its pattern's place.</summary>
/// <param name="Patterns">The patterns, ascending.</param>
/// <param name="Counts">Pairs with each.</param>
/// <param name="OfPair">For each pair the place of its pattern.</param>
internal sealed record PatternSet(ulong[] Patterns, long[] Counts, int[] OfPair);
