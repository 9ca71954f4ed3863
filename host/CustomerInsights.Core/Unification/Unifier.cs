namespace CustomerInsights.Core.Unification;

/// <summary>Turns the records of streams into profiles by the rules of a policy.</summary>
public static class Unifier
{
    /// <summary>Runs deduplication, matching, clustering and merge.</summary>
    /// <param name="policy">A policy without errors, see <see cref="PolicyValidator"/>.</param>
    /// <param name="input">Streams and existing edges, in any order.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at between blocks of work, a few times a second.</param>
    /// <returns>The same to the bit for the same input, whatever its order and the number of threads.</returns>
    /// <exception cref="ArgumentException">The policy has errors, or the input names a stream or node twice.</exception>
    public static UnificationResult Unify(
        UnificationPolicy policy,
        UnificationInput input,
        UnifierLimits? limits = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(input);
        return new UnificationRun(policy, input, limits ?? new UnifierLimits(), cancellationToken).Execute();
    }
}
