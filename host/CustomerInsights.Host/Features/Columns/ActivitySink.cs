using CustomerInsights.Core.Columns;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// Brings activities to the parts of their profiles. They come in the order of the table, each of another part perhaps, and other sinks bring theirs meanwhile: so that parts are
/// locked rarely, a block of them is put down first, sorted by part, and brought part by part.
/// </summary>
/// <param name="nodes">Whose they are.</param>
/// <param name="types">The places of the types that are wanted.</param>
/// <param name="parts">The activities of each part.</param>
/// <param name="firstPart">At which part to begin; sinks that run side by side begin at different ones.</param>
internal sealed class ActivitySink(NodeRows nodes, IReadOnlyDictionary<string, int> types, IReadOnlyList<ActivityTablesBuilder> parts, int firstPart) : IColumnActivitySink
{
    // What the processor's own cache holds.
    private const int BlockRows = 8192;
    private const int BlockBytes = 1024 * 1024;

    private readonly Row[] _rows = new Row[BlockRows];
    private readonly (int Part, int Profile)[] _places = new (int, int)[BlockRows];
    private readonly int[] _order = new int[BlockRows];
    private readonly int[] _ends = new int[parts.Count];
    private byte[] _bytes = new byte[BlockBytes];
    private int[] _types = [];
    private int _count;
    private int _length;

    public void Types(IReadOnlyList<string> names) => _types = [.. names.Select(name => types.GetValueOrDefault(name, -1))];

    public void Activity(long node, int type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document)
    {
        if (_types[type] < 0)
        {
            return;
        }

        var length = id.Length + document.Length;
        if (_count == BlockRows || _bytes.Length - _length < length)
        {
            Flush();
            if (_bytes.Length < length)
            {
                _bytes = new byte[length];
            }
        }

        id.CopyTo(_bytes.AsSpan(_length));
        document.CopyTo(_bytes.AsSpan(_length + id.Length));
        _rows[_count++] = new Row(node, ticks, _types[type], _length, id.Length, document.Length);
        _length += length;
    }

    /// <summary>Brings what is left.</summary>
    public void Flush()
    {
        Array.Clear(_ends);
        for (var i = 0; i < _count; i++)
        {
            // All at once, not each as it comes: places of nodes are far apart in memory, and so the processor waits for several of them at a time.
            _places[i] = nodes.TryFind(_rows[i].Node, out var part, out var profile) ? (part, profile) : (-1, 0);
            if (part >= 0)
            {
                _ends[part]++;
            }
        }

        for (var (part, end) = (0, 0); part < _ends.Length; part++)
        {
            (end, _ends[part]) = (end + _ends[part], end);
        }

        // Each begins where the one before ends, and has its own end when all are placed.
        for (var i = 0; i < _count; i++)
        {
            if (_places[i].Part is >= 0 and var part)
            {
                _order[_ends[part]++] = i;
            }
        }

        for (var i = 0; i < parts.Count; i++)
        {
            var part = (firstPart + i) % parts.Count;
            var start = part == 0 ? 0 : _ends[part - 1];
            if (start < _ends[part])
            {
                Bring(parts[part], _order.AsSpan(start, _ends[part] - start));
            }
        }

        (_count, _length) = (0, 0);
    }

    private void Bring(ActivityTablesBuilder tables, ReadOnlySpan<int> rows)
    {
        lock (tables)
        {
            foreach (var index in rows)
            {
                ref readonly var row = ref _rows[index];
                tables.Add(_places[index].Profile, row.Type, _bytes.AsSpan(row.Start, row.Id), row.Ticks, _bytes.AsSpan(row.Start + row.Id, row.Document));
            }
        }
    }

    private readonly record struct Row(long Node, long Ticks, int Type, int Start, int Id, int Document);
}
