using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification;

/// <summary>One run from records to profiles; see docs/unification.md for the order of things.</summary>
internal sealed partial class UnificationRun
{
    internal const string SameKey = "same primary key";
    internal const string AlwaysMatch = "always match";

    private readonly UnificationPolicy _policy;
    private readonly UnificationInput _input;
    private readonly UnifierLimits _limits;
    private readonly CancellationToken _cancellation;
    private readonly RecordTable _table;
    private readonly ValueColumns _values;
    private readonly DeniedRows _denied = new();
    private readonly List<MatchEdge> _constraints = [];
    private readonly List<MatchEdge> _pairs = [];
    private readonly List<RowGroup> _groups = [];
    private readonly List<RuleStatistics> _rules = [];
    private readonly List<string> _warnings = [];
    private readonly IdentityNodes? _identities;
    private IdentityGraph? _identity;
    private int _rank;

    public UnificationRun(UnificationPolicy policy, UnificationInput input, UnifierLimits limits, CancellationToken cancellation)
    {
        Check(policy, input);
        (_policy, _input, _limits, _cancellation) = (policy, input, limits, cancellation);
        _table = new RecordTable(policy.Streams, input.Streams);
        _values = new ValueColumns(_table, policy.Overrides);
        _identities = policy.Identity is { } identity ? new IdentityNodes(new IdentityRules(identity), _table) : null;
    }

    public UnificationResult Execute()
    {
        Denials();
        Told();
        if (_input.Found is { } found)
        {
            var ranks = new RuleRanks(_policy, _table);
            _pairs.AddRange(found.Select(edge => edge with { Rank = ranks.Of(edge) }));
            return Conclude(Cluster());
        }

        for (var stream = 0; stream < _policy.Streams.Count; stream++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Deduplicate(stream);
            Match(stream);
        }

        var clustering = Cluster();
        return _policy.Matcher is { } matcher ? WithMatcher(matcher, clustering) : Conclude(clustering);
    }

    // What the rules give is certain. The matcher's edges lie inside final clusters, none of which holds a denied pair: taken together with
    // the others, in whatever order, they refuse nothing that the rules alone did not, and the closure gives the matcher's clusters.
    private UnificationResult WithMatcher(MatcherPolicy matcher, RowClustering certain)
    {
        var (joins, report, run) = new MatcherJoin(matcher, _table, _input, _policy.Overrides, _limits, _cancellation)
            .Run(certain.Clusters, _constraints.Where(edge => edge.Kind == EdgeKind.Denied));
        if (report.Tied > 0)
        {
            _warnings.Add($"/matcher/duplicateFree: {report.Tied} records fit several of the other stream equally well and were left apart; a verdict on a pair of them settles it.");
        }

        var rank = _rank++;
        _pairs.AddRange(joins.Select(join => Edge(join.Left, join.Right, MatcherPolicy.Rule, join.Score, rank, "")));
        return Conclude(Cluster()) with { Matcher = report, MatcherRun = run };
    }

    private void Denials()
    {
        foreach (var edge in _input.Edges.Where(e => e.Kind == EdgeKind.Denied))
        {
            Deny(edge);
        }

        foreach (var (left, right) in Resolve(_policy.Overrides.Never, "never"))
        {
            Deny(new MatchEdge(_table.Nodes[left].Id, _table.Nodes[right].Id, EdgeKind.Denied, "never match", 1));
        }
    }

    private void Deny(MatchEdge edge)
    {
        _constraints.Add(edge);
        if (_table.RowByNode(edge.Left) is { } left && _table.RowByNode(edge.Right) is { } right)
        {
            _denied.Add(left, right);
        }
    }

    private IEnumerable<(int Left, int Right)> Resolve(IReadOnlyList<RecordPair> pairs, string list)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            var pair = pairs[i];
            if (_table.RowByKey(pair.Stream1, pair.Key1) is not { } left)
            {
                _warnings.Add($"/overrides/{list}/{i}: stream '{pair.Stream1}' has no record '{pair.Key1}'; the pair has no effect.");
            }
            else if (_table.RowByKey(pair.Stream2, pair.Key2) is not { } right)
            {
                _warnings.Add($"/overrides/{list}/{i}: stream '{pair.Stream2}' has no record '{pair.Key2}'; the pair has no effect.");
            }
            else
            {
                yield return (Math.Min(left, right), Math.Max(left, right));
            }
        }
    }

    private void Deduplicate(int stream)
    {
        int[] rows = [.. Enumerable.Range(_table.Start[stream], _table.Start[stream + 1] - _table.Start[stream])];
        foreach (var rule in _policy.Streams[stream].Deduplication)
        {
            _cancellation.ThrowIfCancellationRequested();
            var rank = _rank++;
            if (Skip(rule, stream, rank, deduplication: true))
            {
                continue;
            }

            var columns = RuleColumns.Build(rule, _table, _values, [], rows, _denied);
            var result = new RuleJoin(columns, _denied, _limits, keepAll: false, _cancellation).Run();
            var found = new HashSet<int>();
            foreach (var hit in result.Hits)
            {
                if (hit.Left == hit.Right)
                {
                    _groups.Add(new RowGroup(result.Left.Rows(hit.Left).ToArray(), rule.Name, rank, _table.Schemas[stream].Name));
                }
                else
                {
                    var (a, b) = (result.Left.Rows(hit.Left)[0], result.Right.Rows(hit.Right)[0]);
                    _pairs.Add(Edge(Math.Min(a, b), Math.Max(a, b), rule.Name, hit.Score, rank, _table.Schemas[stream].Name));
                }

                found.Add(hit.Left);
                found.Add(hit.Right);
            }

            Note(rule, stream, rank, deduplication: true, result, found.Sum(result.Right.Count));
        }
    }

    private void Match(int stream)
    {
        var name = _table.Schemas[stream].Name;
        var rules = _policy.Matching.FirstOrDefault(m => m.Stream == name)?.Rules ?? [];
        int[] open = [.. Enumerable.Range(_table.Start[stream], _table.Start[stream + 1] - _table.Start[stream])];
        foreach (var rule in rules)
        {
            _cancellation.ThrowIfCancellationRequested();
            var rank = _rank++;
            if (Skip(rule, stream, rank, deduplication: false))
            {
                continue;
            }

            int[] left = [.. LeftStreams(rule, stream).SelectMany(s => Enumerable.Range(_table.Start[s], _table.Start[s + 1] - _table.Start[s]))];
            if (left.Length == 0)
            {
                _rules.Add(Statistics(rule, stream, rank, deduplication: false, RuleOutcome.Complete));
                continue;
            }

            var columns = RuleColumns.Build(rule, _table, _values, left, open, _denied);
            var result = new RuleJoin(columns, _denied, _limits, keepAll: false, _cancellation).Run();
            var found = new HashSet<int>();
            foreach (var hit in result.Hits)
            {
                // One edge for each record, to the first of equals: a record never glues two earlier records together.
                var partner = result.Left.Rows(hit.Left)[0];
                foreach (var row in result.Right.Rows(hit.Right))
                {
                    found.Add(row);
                    _pairs.Add(Edge(partner, row, rule.Name, hit.Score, rank, name));
                }
            }

            open = Array.FindAll(open, row => !found.Contains(row));
            Note(rule, stream, rank, deduplication: false, result, found.Count);
        }
    }

    private IEnumerable<int> LeftStreams(MatchRule rule, int stream) => Enumerable.Range(0, stream).Where(s =>
        rule.LeftStreams.Count > 0
            ? rule.LeftStreams.Contains(_table.Schemas[s].Name, StringComparer.Ordinal)
            : RuleFields.Of(rule).All(c => _table.HasField(s, c.LeftField ?? c.Field)));

    private bool Skip(MatchRule rule, int stream, int rank, bool deduplication)
    {
        if (!rule.Active)
        {
            _rules.Add(Statistics(rule, stream, rank, deduplication, RuleOutcome.Inactive));
        }

        return !rule.Active;
    }

    private void Note(MatchRule rule, int stream, int rank, bool deduplication, JoinResult result, long records)
    {
        var exact = 0;
        var fuzzy = 0;
        _rules.Add(Statistics(rule, stream, rank, deduplication, result.Outcome) with
        {
            Reason = result.Reason,
            Blocking = result.Blocking,
            Candidates = result.Candidates,
            PairsNotCompared = result.NotCompared,
            Pairs = result.Pairs,
            Records = records,
            Conditions = [.. rule.Conditions.Select(c => new ConditionStatistics(
                c.Field, c.Percent == 100 ? result.ExactPairs[exact++] : result.FuzzyPairs[fuzzy++]))],
        });
    }

    private RuleStatistics Statistics(MatchRule rule, int stream, int rank, bool deduplication, RuleOutcome outcome) => new()
    {
        Rule = rule.Name,
        Stream = _table.Schemas[stream].Name,
        Deduplication = deduplication,
        Rank = rank,
        Outcome = outcome,
    };

    private MatchEdge Edge(int left, int right, string rule, double score, int rank, string stream) =>
        new(_table.Nodes[left].Id, _table.Nodes[right].Id, EdgeKind.Policy, rule, score) { Rank = rank, Stream = stream };

    private RowClustering Cluster() => new(_table, _input.OtherNodes, _constraints, _pairs, _groups, _identities);

    private UnificationResult Conclude(RowClustering clustering)
    {
        var streams = _table.Schemas.Length;
        var (unique, matched, dropped) = (new long[streams], new long[streams], new long[streams]);
        var (kept, lost) = (new List<Cluster>(), new List<long>());
        foreach (var cluster in clustering.Clusters)
        {
            var present = cluster.Nodes.Select(n => _table.RowByNode(n)).OfType<int>().Select(r => _table.StreamOf[r]).Distinct().ToArray();
            var isKept = present.Length != 1 || _policy.Streams[present[0]].IncludeAll
                || cluster.Nodes.Any(n => _table.RowByNode(n) is null);
            isKept &= _policy.Identity?.UnknownVisitors != UnknownVisitors.Fold || !_identities!.AreUnknown(cluster);
            foreach (var stream in present)
            {
                unique[stream]++;
                matched[stream] += present.Length > 1 ? 1 : 0;
                dropped[stream] += isKept ? 0 : 1;
            }

            if (isKept)
            {
                kept.Add(cluster);
            }
            else
            {
                lost.AddRange(cluster.Nodes);
            }
        }

        var merger = new ProfileMerger(_policy, _table);
        return new UnificationResult
        {
            Edges = clustering.PolicyEdges,
            IdentifierEdges = _identity?.Edges ?? [],
            Demotions = _identity?.Demotions ?? [],
            Refused = [.. _identity?.Refused ?? [], .. clustering.Refused],
            Profiles = [.. kept.Select(cluster => merger.Merge(cluster) with { IsUnknown = _identities?.AreUnknown(cluster) == true })],
            Dropped = [.. lost.Order()],
            Streams = [.. Enumerable.Range(0, streams).Select(s => new StreamStatistics(
                _table.Schemas[s].Name,
                _table.Start[s + 1] - _table.Start[s],
                _table.DistinctKeys(s),
                _table.DistinctKeys(s) - unique[s],
                unique[s],
                matched[s],
                unique[s] - matched[s],
                dropped[s]))],
            Rules = _rules,
            Attributes = merger.Attributes,
            Warnings = _warnings,
        };
    }
}
