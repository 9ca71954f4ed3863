using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>Overwrites pages that earlier deletions left free with what was on them: a table of zeros takes them all, and gives them back.</summary>
internal static class FreePages
{
    private const int PagesAtOnce = 2000;
    private const int MostSteps = 1_000_000;

    public static async ValueTask OverwriteAsync(Database database, CancellationToken cancellationToken)
    {
        await database.WriteAsync(transaction => transaction.Db.Script("DROP TABLE IF EXISTS zeros; CREATE TABLE zeros (zeros BLOB NOT NULL)"), cancellationToken);
        for (var step = 0; step < MostSteps && await database.WriteAsync(Fill, cancellationToken); step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        // In steps again, so that nobody waits for all of them at once.
        while (await database.WriteSecurelyAsync(transaction => transaction.Db.Run("DELETE FROM zeros WHERE rowid = (SELECT MAX(rowid) FROM zeros)"), cancellationToken) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        await database.WriteSecurelyAsync(
            transaction =>
            {
                transaction.Db.Script("DROP TABLE zeros");
                return true;
            },
            cancellationToken);
    }

    private static bool Fill(WriteTransaction transaction)
    {
        var free = transaction.Db.Number("PRAGMA freelist_count") ?? 0;
        if (free == 0)
        {
            return false;
        }

        // A page of such a row holds four bytes less than its size.
        var size = (transaction.Db.Number("PRAGMA page_size") ?? 4096) - 4;
        transaction.Db.Run("INSERT INTO zeros(zeros) VALUES (ZEROBLOB(?1))", Math.Min(free, PagesAtOnce) * size);
        return true;
    }
}
