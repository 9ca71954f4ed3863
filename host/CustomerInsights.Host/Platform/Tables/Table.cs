namespace CustomerInsights.Host.Platform.Tables;

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its values are, as far as it is known.</param>
/// <param name="Read">Its value of a row; null for none.</param>
internal sealed record TableColumn(string Name, Type Type, Func<object, object?> Read);

/// <summary>Rows that come one by one.</summary>
/// <param name="File">The file's name, without its ending.</param>
/// <param name="Columns">The columns there are.</param>
/// <param name="Rows">The rows; read once.</param>
internal sealed record Table(string File, IReadOnlyList<TableColumn> Columns, IAsyncEnumerable<object> Rows)
{
    /// <summary>Of rows that REST shows: a column for each property, called as in JSON.</summary>
    public static Table Of<T>(string file, IAsyncEnumerable<T> rows)
        where T : class => new(file, TableColumns.Of(typeof(T)), rows);

    /// <summary>Of rows that are lists of values.</summary>
    public static Table Of(string file, IReadOnlyList<string> columns, IAsyncEnumerable<object?[]> rows) =>
        new(file, [.. columns.Select((name, at) => new TableColumn(name, typeof(object), row => ((object?[])row)[at]))], rows);
}

/// <summary>A list that a page of it, or all of it, is given of.</summary>
internal interface ITablePage
{
    /// <summary>What its rows are.</summary>
    Type Row { get; }

    /// <summary>The rows of this page.</summary>
    IEnumerable<object> Rows { get; }

    /// <summary>The cursor of the next page; null at the end.</summary>
    string? Next { get; }
}

/// <summary>A list of rows that can be had as a file.</summary>
internal interface ITablePage<out T> : ITablePage
    where T : class
{
    /// <summary>The rows of this page.</summary>
    IReadOnlyList<T> Items { get; }

    Type ITablePage.Row => typeof(T);

    IEnumerable<object> ITablePage.Rows => Items;

    string? ITablePage.Next => null;
}
