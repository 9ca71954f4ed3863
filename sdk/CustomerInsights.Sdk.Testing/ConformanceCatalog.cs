using CustomerInsights.Sdk.Testing.Checks;

namespace CustomerInsights.Sdk.Testing;

/// <summary>Every check that has a number, with what it asks for and whether this release of the kit has it.</summary>
public static class ConformanceCatalog
{
    /// <summary>All checks, in the order in which they run and are documented.</summary>
    public static IReadOnlyList<ConformanceCheck> All { get; } =
        [.. AllChecks.Available.Select(check => new ConformanceCheck(check.Id, check.Title, ConformanceCheckStatus.Available) { Note = check.Note }).Concat(AllChecks.NotYet).OrderBy(check => AllChecks.GroupOrder.IndexOf(check.Group[0], StringComparison.Ordinal)).ThenBy(check => check.Id, StringComparer.Ordinal)];
}
