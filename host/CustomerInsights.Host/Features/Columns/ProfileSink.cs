using System.Runtime.InteropServices;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Makes a part without activities of what the store reads, and keeps whose the nodes are.</summary>
/// <param name="schema">The columns.</param>
/// <param name="capacity">How many profiles will come at most, about.</param>
internal sealed class ProfileSink(ColumnSchema schema, int capacity) : IColumnProfileSink
{
    private static readonly Dictionary<string, IReadOnlyDictionary<string, DataType>> s_none = [];

    private readonly ColumnPartBuilder _builder = new(schema with { Activities = s_none }, capacity);
    private readonly List<(long Node, int Row)> _nodes = [];

    public void Profile(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) => _builder.Add(number, id, attributes, measures);

    public void Node(long node) => _nodes.Add((node, _builder.Rows - 1));

    /// <summary>The part. The sink is used up.</summary>
    public ColumnPart Part() => _builder.Build();

    /// <summary>Says where the nodes' profiles are.</summary>
    public void Tell(NodeRows rows, int part)
    {
        foreach (var (node, row) in CollectionsMarshal.AsSpan(_nodes))
        {
            rows.Set(node, part, row);
        }
    }
}
