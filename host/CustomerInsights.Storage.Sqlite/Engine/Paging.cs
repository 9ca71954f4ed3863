namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>Reads one row more than asked to know whether there is a next page.</summary>
internal static class Paging
{
    public static Page<T> Page<T>(SqlStatement rows, int limit, Func<SqlStatement, T> read, Func<T, string> cursor)
    {
        var items = new List<T>();
        while (items.Count < limit && rows.Step())
        {
            items.Add(read(rows));
        }

        return new Page<T>(items, items.Count == limit && limit > 0 && rows.Step() ? cursor(items[^1]) : null);
    }

    /// <summary>For lists whose rows have a number that the item does not show.</summary>
    public static Page<T> Page<T>(SqlStatement rows, int limit, Func<SqlStatement, T> read, string list, int numberColumn)
    {
        var items = new List<T>();
        var last = 0L;
        while (items.Count < limit && rows.Step())
        {
            items.Add(read(rows));
            last = rows.Long(numberColumn);
        }

        return new Page<T>(items, items.Count == limit && limit > 0 && rows.Step() ? Cursor.Of(list, last) : null);
    }
}
