namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The distinct patterns of all pairs compared with how many pairs have each, and for each pair that was kept its pattern's place.</summary>
/// <param name="Patterns">The patterns, ascending.</param>
/// <param name="Counts">Pairs with each, kept or not.</param>
/// <param name="OfPair">For each kept pair the place of its pattern.</param>
internal sealed record PatternSet(ulong[] Patterns, long[] Counts, int[] OfPair);
