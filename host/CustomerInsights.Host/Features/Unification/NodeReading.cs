using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Stored records and edges as the unifier wants them.</summary>
internal static class NodeReading
{
    /// <summary>A record as its mapping gives it.</summary>
    /// <exception cref="JobFailedException">The mapping fails on the record.</exception>
    public static SourceNode Read(string stream, StoredNode node, IReadOnlyList<MappedField> fields, RuleMoment moment)
    {
        try
        {
            var subject = new RecordSubject(Core.Model.ValueDocument.Read(node.Document));
            return new SourceNode(node.Id, node.Key, subject.Map(fields, moment));
        }
        catch (RuleEvaluationException error)
        {
            throw new JobFailedException("Data", $"The mapping of '{stream}' fails on the record '{node.Key}': {error.Message}");
        }
    }

    /// <summary>The records of some nodes by stream, mapped.</summary>
    /// <exception cref="JobFailedException">A mapping fails on a record.</exception>
    public static List<SourceStream> Streams(InsightsModel model, UnificationModel unification, IEnumerable<NeighbourNode> nodes, RuleMoment moment)
    {
        var byStream = nodes.Where(node => node.Document is not null).ToLookup(node => node.Stream, StringComparer.Ordinal);
        return
        [
            .. unification.Streams.Select(schema => new SourceStream(schema,
            [
                .. byStream[schema.Name].Select(node => Read(schema.Name, new StoredNode(node.Id, node.Key, node.Document!), model.Mappings[schema.Name].Profile!.Fields, moment)),
            ])),
        ];
    }

    /// <summary>What is told and not found; shared identifiers are found anew each time. A verdict on a record that is gone makes no profile of nothing; it holds again when the record comes back.</summary>
    public static List<MatchEdge> Told(IEnumerable<StoredEdge> edges, IReadOnlyList<SourceStream> streams) =>
        Present([.. edges.Where(edge => edge.Kind is Storage.Profiles.EdgeKind.Asserted or Storage.Profiles.EdgeKind.Denied)], streams);

    /// <summary>What rules and matcher found in the last run.</summary>
    public static List<MatchEdge> Found(IEnumerable<StoredEdge> edges, IReadOnlyList<SourceStream> streams) =>
        Present([.. edges.Where(edge => edge.Kind == Storage.Profiles.EdgeKind.Policy)], streams);

    private static List<MatchEdge> Present(List<StoredEdge> edges, IReadOnlyList<SourceStream> streams)
    {
        if (edges.Count == 0)
        {
            return [];
        }

        var present = streams.SelectMany(stream => stream.Nodes).Select(node => node.Id).ToHashSet();
        return [.. edges.Where(edge => present.Contains(edge.A) && present.Contains(edge.B))
            .Select(edge => new MatchEdge(edge.A, edge.B, (Core.Unification.EdgeKind)(int)edge.Kind, edge.Rule, edge.Score) { At = edge.At })];
    }
}
