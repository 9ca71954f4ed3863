using CustomerInsights.Core.Model;
using SQLitePCL;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>A prepared statement. Disposing it gives it back to its connection's cache, reset.</summary>
internal sealed class SqlStatement(SqlConnection connection, sqlite3_stmt handle, bool cached) : IDisposable
{
    // Keys have up to 400 characters; longer text takes the pool.
    private const int StackBytes = 1536;

    private readonly nint _native = handle.DangerousGetHandle(); // Lives as long as the handle, and that as long as this.

    internal bool InUse { get; set; }

    public SqlStatement BindAll(ReadOnlySpan<SqlValue> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i].Bind(this, i + 1);
        }

        return this;
    }

    public void Bind(int index, long value) => Check(raw.sqlite3_bind_int64(handle, index, value));

    public void Bind(int index, double value) => Check(raw.sqlite3_bind_double(handle, index, value));

    public void BindNull(int index) => Check(raw.sqlite3_bind_null(handle, index));

    // An empty span has no address, which SQLite would take for NULL.
    public void Bind(int index, ReadOnlySpan<byte> blob) =>
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, blob));

    public void Bind(int index, string text)
    {
        if (text.Length == 0)
        {
            Check(raw.sqlite3_bind_text(handle, index, ""));
            return;
        }

        var size = WideUtf8.MaxBytes(text.Length);
        if (size <= StackBytes)
        {
            Span<byte> buffer = stackalloc byte[StackBytes];
            Check(raw.sqlite3_bind_text(handle, index, buffer[..WideUtf8.Encode(text, buffer)]));
        }
        else
        {
            Check(raw.sqlite3_bind_text(handle, index, WideUtf8.Encode(text)));
        }
    }

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Step()
    {
        var code = NativeRow.Step(_native);
        GC.KeepAlive(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        return code == raw.SQLITE_DONE ? false : throw connection.Failure(code);
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next values; bindings stay.</summary>
    public int Run()
    {
        var code = raw.sqlite3_step(handle);
        if (code is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            var failure = connection.Failure(code);
            Reset();
            throw failure;
        }

        Reset();
        return connection.Changes;
    }

    /// <summary>Makes it ready for another run; bindings stay.</summary>
    public void Reset() => raw.sqlite3_reset(handle); // Repeats the code of a failed step, which was thrown already.

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => NativeRow.Long(_native, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    public bool Flag(int column) => raw.sqlite3_column_int(handle, column) != 0;

    public double Real(int column) => raw.sqlite3_column_double(handle, column);

    // The blob of a text column is its text with all NULs in it; the C-string accessors would stop at the first.
    public string Text(int column) => WideUtf8.Decode(raw.sqlite3_column_blob(handle, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Span(int column) => NativeRow.Bytes(_native, column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    public DateTimeOffset Time(int column) => new(Long(column), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public ProfileId Id(int column) => new(new Guid(Span(column), bigEndian: true));

    public void Dispose()
    {
        if (!cached)
        {
            Close();
            return;
        }

        raw.sqlite3_reset(handle);
        raw.sqlite3_clear_bindings(handle);
        InUse = false;
    }

    internal void Close() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw connection.Failure(code);
        }
    }
}
