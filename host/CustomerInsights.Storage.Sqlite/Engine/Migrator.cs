using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>Numbered forward migrations, embedded as <c>Migrations/&lt;database&gt;/0001_what.sql</c>; each runs in one transaction with <c>user_version</c>.</summary>
internal static class Migrator
{
    /// <summary>The newest format of a database that this build knows.</summary>
    public static long Newest(string database) => Scripts(database)[^1].Number;

    /// <summary>Looks at all files before either is changed, so that a refused store is as it was.</summary>
    /// <exception cref="StoreTooNewException">A later release wrote one of them.</exception>
    public static void RefuseNewer(string directory)
    {
        foreach (var database in new[] { "insights", "log", "audit" })
        {
            var path = Path.Combine(directory, database + ".db");
            if (!File.Exists(path))
            {
                continue;
            }

            using var db = SqlConnection.Open(path, readOnly: true, cacheKib: 64);
            RefuseNewer(db, database, Newest(database));
        }
    }

    public static void Migrate(SqlConnection db, string database, ILogger logger)
    {
        var scripts = Scripts(database);
        var found = RefuseNewer(db, database, scripts[^1].Number);
        foreach (var (number, resource) in scripts)
        {
            if (number > found)
            {
                Run(db, number, resource);
                SqliteStoreLog.Migrated(logger, database, number);
            }
        }
    }

    private static long RefuseNewer(SqlConnection db, string database, long newest)
    {
        var found = db.Number("PRAGMA user_version") ?? 0;
        return found <= newest ? found : throw new StoreTooNewException($"{database}.db", found, newest);
    }

    private static void Run(SqlConnection db, long number, string resource)
    {
        using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        db.Script("BEGIN IMMEDIATE");
        try
        {
            db.Script(reader.ReadToEnd());
            db.Script($"PRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)}; COMMIT");
        }
        catch
        {
            if (db.InTransaction)
            {
                db.Script("ROLLBACK");
            }

            throw;
        }
    }

    private static List<(long Number, string Resource)> Scripts(string database)
    {
        var prefix = $"Migrations/{database}/";
        return
        [
            .. from name in Assembly.GetExecutingAssembly().GetManifestResourceNames()
               where name.StartsWith(prefix, StringComparison.Ordinal)
               orderby name
               select (long.Parse(name.AsSpan(prefix.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture), name),
        ];
    }
}
