using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <content>From changed records to changed clusters.</content>
public sealed partial class MatchIndex
{
    // By how many records each group that a record is in grows or shrinks.
    private void Tally(int row, Dictionary<(int Key, uint Hash), int> sizes, int by)
    {
        if (row >= _codes.Rows)
        {
            return;
        }

        for (var key = 0; key < _postings.Length; key++)
        {
            if (_codes.Hash(_postings[key].Key, row) is not 0 and var hash)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(sizes, (key, hash), out _) += by;
            }
        }
    }

    // The members of groups that were taken before and are no more, or the other way round.
    private IEnumerable<int> Outgrown(Dictionary<(int Key, uint Hash), int> sizes)
    {
        foreach (var ((key, hash), by) in sizes)
        {
            if (by == 0)
            {
                continue;
            }

            _postings[key].Collect(hash, KeyChoice.LargestGroup + Math.Max(0, by), _group);
            if (_group.Count > KeyChoice.LargestGroup != _group.Count - by > KeyChoice.LargestGroup)
            {
                foreach (var row in _group.ToArray())
                {
                    yield return row;
                }
            }
        }
    }

    // The records that share a group with this one, each once.
    private List<int> Partners(int row)
    {
        _round++;
        _met[row] = _round;
        var found = new List<int>();
        foreach (var posting in _postings)
        {
            var hash = _codes.Hash(posting.Key, row);
            if (hash == 0)
            {
                continue;
            }

            posting.Collect(hash, KeyChoice.LargestGroup, _group);
            if (_group.Count > KeyChoice.LargestGroup)
            {
                continue;
            }

            foreach (var partner in _group)
            {
                if (_met[partner] != _round && !_bonds.AreAlone(row, partner) && _codes.Agree(posting.Key, row, partner))
                {
                    _met[partner] = _round;
                    found.Add(partner);
                }
            }
        }

        return found;
    }

    private double Bits(int a, int b)
    {
        var pattern = _levels.Pattern(Math.Min(a, b), Math.Max(a, b), _scratch);
        ref var bits = ref CollectionsMarshal.GetValueRefOrAddDefault(_bits, pattern, out var isKnown);
        return isKnown ? bits : bits = _model.BitsOf(pattern);
    }

    // Gives the touched records their edges; returns them and whoever had or has an edge with one.
    private HashSet<int> Compare(HashSet<int> touched)
    {
        var reached = new HashSet<int>(touched);
        foreach (var row in touched)
        {
            reached.UnionWith(_edges.Clear(row));
        }

        foreach (var row in touched)
        {
            foreach (var partner in Partners(row).Where(partner => partner > row || !touched.Contains(partner)))
            {
                var bits = Bits(row, partner);
                if (bits > _stop + AverageLink.Floor)
                {
                    _edges.Put(row, partner, bits);
                }
            }
        }

        return reached;
    }

    private List<ClusterMove> Form(HashSet<int> reached)
    {
        var nodes = _edges.Reach(reached, _bonds.With);
        var clusters = Clusters(nodes);
        var moves = new List<ClusterMove>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var (row, cluster) = (nodes[i], nodes[clusters[i]]);
            if (_clusters[row] != cluster)
            {
                moves.Add(new(row, _clusters[row], cluster));
                _clusters[row] = cluster;
            }
        }

        return moves;
    }

    // The clusters of whole components: for each node the place of the smallest of its cluster.
    private int[] Clusters(List<int> nodes)
    {
        var place = new Dictionary<int, int>(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            place.Add(nodes[i], i);
        }

        var (pairs, bits) = (new List<ulong>(), new List<double>());
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var (partner, evidence) in _edges.Of(nodes[i]))
            {
                if (place[partner] > i)
                {
                    pairs.Add(((ulong)(uint)i << 32) | (uint)place[partner]);
                    bits.Add(evidence);
                }
            }
        }

        return AverageLink.Cluster(nodes.Count, [.. pairs], [.. bits], _stop, [.. nodes.Select(node => _hashes[node])], _bonds.Among(nodes, place), _oneThread);
    }
}
