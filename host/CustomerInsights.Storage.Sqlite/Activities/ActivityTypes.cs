using System.Globalization;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>Activity types are few and repeat in every row: rows hold a number.</summary>
internal static class ActivityTypes
{
    /// <summary>The number of a type, made if absent.</summary>
    public static long Ensure(SqlConnection db, string name)
    {
        if (db.Number("SELECT type_no FROM activity_types WHERE name = ?1", name) is { } known)
        {
            return known;
        }

        db.Run("INSERT INTO activity_types(name) VALUES (?1)", name);
        return db.Number("SELECT type_no FROM activity_types WHERE name = ?1", name) ?? 0;
    }

    /// <summary>The names of all types by number.</summary>
    public static Dictionary<long, string> Names(SqlConnection db)
    {
        var names = new Dictionary<long, string>();
        using var types = db.Query("SELECT type_no, name FROM activity_types");
        while (types.Step())
        {
            names.Add(types.Long(0), types.Text(1));
        }

        return names;
    }

    /// <summary>The numbers of those names that are known.</summary>
    public static SqlValue[] Numbers(SqlConnection db, IReadOnlyList<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal)
            .Select(name => db.Number("SELECT type_no FROM activity_types WHERE name = ?1", name))
            .OfType<long>().Select(number => (SqlValue)number),
    ];

    /// <summary>A condition on as many parameters as <see cref="Numbers"/> gives, from the one numbered <paramref name="first"/>; true of nothing without any.</summary>
    public static string Filter(SqlConnection db, IReadOnlyList<string> names, string column, int first)
    {
        var count = Numbers(db, names).Length;
        return $" AND {column} IN ({string.Join(',', Enumerable.Range(first, count).Select(i => "?" + i.ToString(CultureInfo.InvariantCulture)))})";
    }
}
