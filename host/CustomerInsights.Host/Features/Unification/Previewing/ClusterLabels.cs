using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>For each of some nodes which cluster it is in, in one way of clustering them. A node that is in none is a cluster of its own.</summary>
internal sealed class ClusterLabels
{
    private const int Samples = 10;
    private const int NodesTold = 3;

    private readonly Dictionary<int, string> _ids = [];

    private ClusterLabels(int count, int profiles) => (Labels, Profiles) = ([.. Enumerable.Range(0, count)], profiles);

    /// <summary>For each node the smallest place of its cluster.</summary>
    public int[] Labels { get; }

    /// <summary>Profiles, that is clusters without the nodes that are in none.</summary>
    public int Profiles { get; }

    /// <summary>What a run makes.</summary>
    /// <param name="places">The nodes with their places, from 0.</param>
    /// <param name="result">The run; nodes of it that have no place are left aside.</param>
    public static ClusterLabels Of(IReadOnlyDictionary<long, int> places, UnificationResult result)
    {
        var labels = new ClusterLabels(places.Count, result.Profiles.Count);
        foreach (var profile in result.Profiles)
        {
            labels.Join(places, profile.Cluster.Nodes);
        }

        return labels;
    }

    /// <summary>The profiles that there are.</summary>
    public static ClusterLabels Of(IReadOnlyDictionary<long, int> places, PreviousProfiles previous)
    {
        var labels = new ClusterLabels(places.Count, previous.Nodes.Values.Distinct().Count());
        foreach (var profile in previous.Nodes.GroupBy(one => one.Value, one => one.Key))
        {
            if (labels.Join(places, profile) is { } label && previous.Ids.TryGetValue(profile.Key.Number, out var id))
            {
                labels._ids[label] = id.ToString();
            }
        }

        return labels;
    }

    /// <summary>What changes from here to another clustering of the same nodes.</summary>
    /// <param name="nodes">The nodes by their places.</param>
    /// <param name="after">The other.</param>
    public ChangeForecast To(IReadOnlyList<long> nodes, ClusterLabels after)
    {
        var difference = ClusterDifference.Of(Labels, after.Labels, Samples);
        var changes = difference.SampleMerges.Concat(difference.SampleSplits).ToList();
        var before = Members(Labels, changes.SelectMany(change => change.Before));
        var then = Members(after.Labels, changes.SelectMany(change => change.After));
        ChangePart Part(int label, Dictionary<int, List<int>> members, ClusterLabels of) =>
            new(members[label].Count, [.. members[label].Take(NodesTold).Select(place => nodes[place])], of._ids.GetValueOrDefault(label));
        ChangeSample Sample(ClusterChange change) =>
            new(change.Records, [.. change.Before.Select(label => Part(label, before, this))], [.. change.After.Select(label => Part(label, then, after))]);
        return new(
            Profiles,
            after.Profiles,
            difference with { SampleMerges = [], SampleSplits = [] },
            [.. difference.SampleMerges.Select(Sample)],
            [.. difference.SampleSplits.Select(Sample)]);
    }

    private int? Join(IReadOnlyDictionary<long, int> places, IEnumerable<long> nodes)
    {
        var members = nodes.Where(places.ContainsKey).Select(node => places[node]).ToList();
        if (members.Count == 0)
        {
            return null;
        }

        var label = members.Min();
        members.ForEach(place => Labels[place] = label);
        return label;
    }

    private static Dictionary<int, List<int>> Members(int[] labels, IEnumerable<int> wanted)
    {
        var members = wanted.Distinct().ToDictionary(label => label, _ => new List<int>());
        for (var place = 0; place < labels.Length; place++)
        {
            if (members.TryGetValue(labels[place], out var list))
            {
                list.Add(place);
            }
        }

        return members;
    }
}
