namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The compared pairs of a run by cluster: 4 bytes for each pair inside a cluster and 12 for each record.</summary>
internal sealed class ClusterEdges
{
    private readonly int[] _ends;
    private readonly int[] _pairs;
    private readonly int[] _starts;
    private readonly int[] _rows;

    internal ClusterEdges(MatcherResult result)
    {
        var clusters = result.Clusters;
        _ends = new int[clusters.Length + 1];
        int Of(ulong pair) => clusters[(int)(pair >> 32)] is var cluster && cluster == clusters[(int)(uint)pair] ? cluster : -1;
        foreach (var pair in result.Pairs)
        {
            if (Of(pair) is >= 0 and var cluster)
            {
                _ends[cluster + 1]++;
            }
        }

        for (var i = 0; i < clusters.Length; i++)
        {
            _ends[i + 1] += _ends[i];
        }

        (_pairs, var at) = (new int[_ends[^1]], _ends.ToArray());
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            if (Of(result.Pairs[i]) is >= 0 and var cluster)
            {
                _pairs[at[cluster]++] = i;
            }
        }

        _rows = [.. clusters.Select((cluster, row) => (cluster, row)).OrderBy(one => one.cluster).Select(one => one.row)];
        _starts = new int[clusters.Length + 1];
        foreach (var cluster in clusters)
        {
            _starts[cluster + 1]++;
        }

        for (var i = 0; i < clusters.Length; i++)
        {
            _starts[i + 1] += _starts[i];
        }
    }

    /// <summary>The places of a cluster's pairs among those of the run.</summary>
    internal ReadOnlySpan<int> Pairs(int cluster) => _pairs.AsSpan(_ends[cluster].._ends[cluster + 1]);

    /// <summary>The rows of a cluster, ascending.</summary>
    internal ReadOnlySpan<int> Rows(int cluster) => _rows.AsSpan(_starts[cluster].._starts[cluster + 1]);
}
