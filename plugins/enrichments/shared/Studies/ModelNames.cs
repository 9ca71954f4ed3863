using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Models as settings name them.</summary>
internal static class ModelNames
{
    /// <summary>What a setting lets be chosen among, the preferred first.</summary>
    /// <param name="name">The setting; the schema has checked it.</param>
    public static IReadOnlyList<TransactionKind> Kinds(string name) => name switch
    {
        "mbg-nbd" => [TransactionKind.MbgNbd],
        "bg-nbd" => [TransactionKind.BgNbd],
        "pareto-nbd" => [TransactionKind.ParetoNbd],
        "mbg-cnbd-2" => [TransactionKind.MbgCnbd2],
        "mbg-cnbd-3" => [TransactionKind.MbgCnbd3],
        "mbg-cnbd-4" => [TransactionKind.MbgCnbd4],
        _ => ModelChoice.All,
    };
}
