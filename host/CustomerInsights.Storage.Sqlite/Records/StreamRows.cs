using System.Text.Json;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>Streams to and from their rows.</summary>
internal static class StreamRows
{
    private const string Select = "SELECT stream_no, name, fields, record_count, last_sequence FROM streams";

    public static StoredStream? Find(SqlConnection db, string name)
    {
        using var rows = db.Query(Select + " WHERE name = ?1", name);
        return rows.Step() ? Read(rows) : null;
    }

    public static List<StoredStream> All(SqlConnection db)
    {
        using var rows = db.Query(Select + " WHERE name IS NOT NULL ORDER BY name");
        var all = new List<StoredStream>();
        while (rows.Step())
        {
            all.Add(Read(rows));
        }

        return all;
    }

    public static string FieldsText(IReadOnlyList<StreamField> fields) => JsonSerializer.Serialize(fields);

    private static StoredStream Read(SqlStatement row) => new(
        row.Int(0), row.Text(1), JsonSerializer.Deserialize<List<StreamField>>(row.Span(2)) ?? [], row.Long(3), row.Long(4));
}
