namespace CustomerInsights.Storage.Definitions;

/// <summary>Metadata as documents: rows, not classes. The slices that own them give them meaning.</summary>
public interface IDefinitionStore
{
    /// <summary>One definition, or null.</summary>
    ValueTask<Definition?> FindAsync(string kind, string name, CancellationToken cancellationToken);

    /// <summary>All definitions of a kind by name (ordinal), at most <paramref name="limit"/>, behind <paramref name="after"/>.</summary>
    ValueTask<Page<Definition>> ListAsync(string kind, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>All definitions of all kinds at one moment, by kind and name. A few thousand at most.</summary>
    ValueTask<IReadOnlyList<Definition>> SnapshotAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes all changes or none, with an audit row for each. A change that alters nothing (equal document) writes nothing.
    /// </summary>
    /// <returns>The definitions as they now stand, in the order of the changes; null where one was deleted.</returns>
    /// <exception cref="StoreConflictException">A condition does not hold.</exception>
    ValueTask<IReadOnlyList<Definition?>> ApplyAsync(IReadOnlyList<DefinitionChange> changes, string actor, CancellationToken cancellationToken);
}
