using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>The shortest way along edges between two sets of nodes; of ways of equal length the one with what people said before what rules found.</summary>
internal static class EdgePath
{
    /// <summary>The edges on the way, in order.</summary>
    /// <param name="edges">Edges; denied ones join nothing.</param>
    /// <param name="from">Where the way begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <returns>The way; empty when there is none, or when the two meet.</returns>
    public static IReadOnlyList<StoredEdge> Find(IEnumerable<StoredEdge> edges, IReadOnlyCollection<long> from, IReadOnlyCollection<long> to)
    {
        var next = edges.Where(edge => edge.Kind != EdgeKind.Denied).OrderBy(edge => edge.Kind).ThenByDescending(edge => edge.Score).ThenBy(edge => edge.A).ThenBy(edge => edge.B)
            .SelectMany(edge => new[] { (From: edge.A, To: edge.B, Edge: edge), (From: edge.B, To: edge.A, Edge: edge) }).ToLookup(step => step.From);
        var came = from.ToDictionary(node => node, _ => default(StoredEdge?));
        var queue = new Queue<long>(from.Order());
        var ends = to.ToHashSet();
        while (queue.TryDequeue(out var node))
        {
            if (ends.Contains(node))
            {
                var path = new List<StoredEdge>();
                while (came[node] is { } edge)
                {
                    path.Add(edge);
                    node = edge.A == node ? edge.B : edge.A;
                }

                path.Reverse();
                return path;
            }

            foreach (var step in next[node].Where(step => came.TryAdd(step.To, step.Edge)))
            {
                queue.Enqueue(step.To);
            }
        }

        return [];
    }
}
