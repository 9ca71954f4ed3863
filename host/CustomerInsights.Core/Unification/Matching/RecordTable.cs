using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification.Matching;

/// <summary>
/// All records as rows, in match order of the streams and within a stream by node id. Everything behind it works on row
/// numbers, so that the order in which the input arrived is forgotten here.
/// </summary>
internal sealed class RecordTable
{
    private readonly Dictionary<string, int> _streamIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>[] _fieldIndex;
    private readonly Dictionary<string, int>[] _rowByKey;
    private readonly Dictionary<long, int> _rowByNode = [];

    public RecordTable(IReadOnlyList<StreamPolicy> policies, IReadOnlyList<SourceStream> streams)
    {
        var byName = streams.ToDictionary(s => s.Schema.Name, StringComparer.Ordinal);
        Schemas = [.. policies.Select(p => byName[p.Stream].Schema)];
        Start = new int[Schemas.Length + 1];
        var nodes = new List<SourceNode>();
        _fieldIndex = new Dictionary<string, int>[Schemas.Length];
        _rowByKey = new Dictionary<string, int>[Schemas.Length];
        for (var s = 0; s < Schemas.Length; s++)
        {
            var schema = Schemas[s];
            _streamIndex.Add(schema.Name, s);
            _fieldIndex[s] = schema.Fields.Select((f, i) => (f.Name, i)).ToDictionary(f => f.Name, f => f.i, StringComparer.Ordinal);
            _rowByKey[s] = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var node in byName[schema.Name].Nodes.OrderBy(n => n.Id))
            {
                if (node.Values.Length != schema.Fields.Count)
                {
                    throw new ArgumentException($"Node {node.Id} of '{schema.Name}' has {node.Values.Length} values, the stream has {schema.Fields.Count} fields.", nameof(streams));
                }

                if (!_rowByNode.TryAdd(node.Id, nodes.Count))
                {
                    throw new ArgumentException($"Node {node.Id} occurs twice.", nameof(streams));
                }

                _rowByKey[s].TryAdd(node.Key, nodes.Count);
                nodes.Add(node);
            }

            Start[s + 1] = nodes.Count;
        }

        Nodes = [.. nodes];
        StreamOf = new int[Nodes.Length];
        for (var s = 0; s < Schemas.Length; s++)
        {
            Array.Fill(StreamOf, s, Start[s], Start[s + 1] - Start[s]);
        }
    }

    public StreamSchema[] Schemas { get; }

    public SourceNode[] Nodes { get; }

    /// <summary>Stream s has the rows Start[s] to Start[s + 1] − 1.</summary>
    public int[] Start { get; }

    public int[] StreamOf { get; }

    public int Stream(string name) => _streamIndex[name];

    public int Field(int stream, string name) => _fieldIndex[stream][name];

    public bool HasField(int stream, string name) => _fieldIndex[stream].ContainsKey(name);

    public Value this[int row, int field] => Nodes[row].Values[field];

    /// <summary>The row with this key: of several the smallest node.</summary>
    public int? RowByKey(string stream, string key) => _rowByKey[Stream(stream)].TryGetValue(key, out var row) ? row : null;

    public int? RowByNode(long node) => _rowByNode.TryGetValue(node, out var row) ? row : null;

    public int DistinctKeys(int stream) => _rowByKey[stream].Count;
}
