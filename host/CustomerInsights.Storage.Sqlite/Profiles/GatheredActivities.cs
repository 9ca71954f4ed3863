using System.Runtime.InteropServices;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>The activities of one profile: those of several nodes come node by node and are put in order before a sink gets them.</summary>
internal sealed class GatheredActivities
{
    private readonly Dictionary<long, string> _types;
    private readonly List<Row> _rows = [];
    private byte[] _documents = new byte[16 * 1024];
    private int _length;

    public GatheredActivities(SqlConnection db) => _types = ActivityTypes.Names(db);

    /// <summary>Takes a row of profile, node, number, type, time and document.</summary>
    public void Add(SqlStatement row)
    {
        var document = row.Span(5);
        while (_documents.Length - _length < document.Length)
        {
            Array.Resize(ref _documents, checked(_documents.Length * 2));
        }

        document.CopyTo(_documents.AsSpan(_length));
        _rows.Add(new Row(row.Long(3), row.Long(4), row.Long(2), _length, document.Length));
        _length += document.Length;
    }

    /// <summary>Gives them all to the sink, by type, time and number, and forgets them.</summary>
    public void Give(IColumnSink sink)
    {
        if (_rows.Count > 1)
        {
            _rows.Sort(static (a, b) => a.Type != b.Type ? a.Type.CompareTo(b.Type) : a.At != b.At ? a.At.CompareTo(b.At) : a.Number.CompareTo(b.Number));
        }

        Span<byte> id = stackalloc byte[ActivityId.Length];
        foreach (ref readonly var row in CollectionsMarshal.AsSpan(_rows))
        {
            ActivityId.Write(row.Number, id);
            sink.Activity(_types[row.Type], id, row.At, _documents.AsSpan(row.Start, row.Length));
        }

        _rows.Clear();
        _length = 0;
    }

    private readonly record struct Row(long Type, long At, long Number, int Start, int Length);
}
