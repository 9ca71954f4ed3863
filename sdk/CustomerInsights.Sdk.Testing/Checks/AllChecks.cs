namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>The checks of this release, and the numbers that are not there yet.</summary>
internal static class AllChecks
{
    /// <summary>The groups in the order in which they run: what the others stand on comes first.</summary>
    internal const string GroupOrder = "MPSLCKDRIXEGTNWBQ";

    /// <summary>What runs.</summary>
    internal static IReadOnlyList<Check> Available { get; } =
    [
        .. ManifestChecks.All,
        .. PackageChecks.All,
        .. LoadChecks.All,
        .. ConfigChecks.All,
        .. ReadChecks.All,
        .. IncrementalChecks.All,
        .. CancelChecks.All,
        .. FaultChecks.All,
        .. SecurityChecks.All,
        .. EnrichmentChecks.All,
        .. ExportChecks.All,
    ];

    /// <summary>What has a number and does not run.</summary>
    internal static IReadOnlyList<ConformanceCheck> NotYet => Checks.NotYet.All;
}
