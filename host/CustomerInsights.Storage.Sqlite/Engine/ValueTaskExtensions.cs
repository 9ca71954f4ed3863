namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>Drops a result that the caller has no use for.</summary>
internal static class ValueTaskExtensions
{
    public static async ValueTask AsCompletion<T>(this ValueTask<T> task) => _ = await task;
}
