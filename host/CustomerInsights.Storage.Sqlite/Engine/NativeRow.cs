using System.Runtime.InteropServices;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// The calls that every row needs, straight into the library that SQLitePCLRaw has loaded: its safe handles cost more for a value than SQLite does. Whoever calls
/// keeps the statement alive.
/// </summary>
internal static unsafe partial class NativeRow
{
    // As SQLitePCLRaw's provider names it.
    private const string Library = "e_sqlite3";

    public static ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        // In this order, as SQLite wants it: the first may change the value's form.
        var start = Blob(statement, column);
        return new ReadOnlySpan<byte>((void*)start, start == 0 ? 0 : Length(statement, column));
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    // These only look at a row that is there already: too short to let the garbage collector in.
    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    [SuppressGCTransition]
    public static partial long Long(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    [SuppressGCTransition]
    private static partial nint Blob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    [SuppressGCTransition]
    private static partial int Length(nint statement, int column);
}
