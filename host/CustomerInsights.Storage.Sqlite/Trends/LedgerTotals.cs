using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Storage.Sqlite.Trends;

/// <summary>How many profiles there were on past days, by the entries that made and ended profiles.</summary>
internal static class LedgerTotals
{
    public static List<DayTotal>? Read(SqlConnection db, string profileType, DateOnly until, CancellationToken cancellationToken)
    {
        var growth = new SortedDictionary<int, long>();
        var total = 0L;
        foreach (var (day, change) in ProfileStreams.Rows(
                     db,
                     "SELECT at, kind, parts FROM ledger WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND kind IN (1, 3, 4, 7, 8) ORDER BY entry",
                     row => ((int)(row.Long(0) / TimeSpan.TicksPerDay), Change((LedgerKind)row.Int(1), row)),
                     profileType))
        {
            cancellationToken.ThrowIfCancellationRequested();
            growth[day] = growth.GetValueOrDefault(day) + change;
            total += change;
        }

        // Profiles of a release before the ledger are in none of its entries; a part of the truth would look like a whole one.
        if (total != db.Number("SELECT COUNT(*) FROM profiles WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1)", profileType))
        {
            return null;
        }

        var totals = new List<DayTotal>();
        var count = 0L;
        for (var day = growth.Keys.FirstOrDefault(until.DayNumber); day < until.DayNumber; day++)
        {
            count += growth.GetValueOrDefault(day);
            totals.Add(new DayTotal(DateOnly.FromDayNumber(day), count));
        }

        return totals;
    }

    private static long Change(LedgerKind kind, SqlStatement row) => kind switch
    {
        LedgerKind.Created => LedgerParts.Read(row.Blob(2)).Select(part => part.To).OfType<ProfileId>().Distinct().Count(),
        LedgerKind.Split or LedgerKind.Restored => 1,
        _ => -1,
    };
}
