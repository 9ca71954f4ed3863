using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Unification.Running;

/// <summary>What one type's unification works on, as stored now.</summary>
/// <param name="Basis">What a change may be made from.</param>
/// <param name="Streams">The records, mapped.</param>
/// <param name="Previous">The profiles as they stand.</param>
/// <param name="Told">What people and sources said of pairs.</param>
internal sealed record UnificationData(ProfileBasis Basis, IReadOnlyList<SourceStream> Streams, PreviousProfiles Previous, IReadOnlyList<MatchEdge> Told)
{
    /// <summary>Records in all streams.</summary>
    public long Records => Streams.Sum(stream => (long)stream.Nodes.Count);

    /// <summary>What a run is given of it.</summary>
    public UnificationInput Input => new() { Streams = Streams, Edges = Told };
}

/// <summary>Reads what a unification works on.</summary>
internal sealed class UnificationReading(IRecordStore records, IProfileStore profiles, IIdentityStore identities)
{
    /// <summary>Reads everything.</summary>
    /// <exception cref="Jobs.JobFailedException">A mapping fails on a record.</exception>
    public async Task<UnificationData> ReadAsync(InsightsModel model, UnificationModel unification, RuleMoment moment, CancellationToken cancellationToken)
    {
        var basis = await profiles.BasisAsync(unification.ProfileType, cancellationToken) with { Changes = null };
        var streams = await StreamsAsync(model, unification, moment, cancellationToken);
        var previous = await PreviousProfiles.ReadAsync(profiles, identities, unification.ProfileType, cancellationToken);
        return new(basis, streams, previous, NodeReading.Told(previous.Edges, streams));
    }

    private async Task<List<SourceStream>> StreamsAsync(InsightsModel model, UnificationModel unification, RuleMoment moment, CancellationToken cancellationToken)
    {
        var streams = new List<SourceStream>();
        foreach (var schema in unification.Streams)
        {
            var fields = model.Mappings[schema.Name].Profile!.Fields;
            var nodes = new List<SourceNode>();
            if (await records.FindStreamAsync(schema.Name, cancellationToken) is { } stored)
            {
                await foreach (var node in profiles.ReadNodesAsync(stored.Number, cancellationToken))
                {
                    nodes.Add(NodeReading.Read(schema.Name, node, fields, moment));
                }
            }

            streams.Add(new SourceStream(schema, nodes));
        }

        return streams;
    }
}
