using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;
using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification;

/// <summary>Joins what the rules left apart: their clusters are the matcher's groups, denied pairs stay apart.</summary>
internal sealed class MatcherJoin(MatcherPolicy policy, RecordTable table, UnificationInput input, MatchOverrides overrides, UnifierLimits limits, CancellationToken cancellation)
{
    private const int MovedNodesTold = 1000;

    /// <summary>Runs the matcher.</summary>
    /// <param name="clusters">What is certain.</param>
    /// <param name="denied">Pairs of nodes that never meet.</param>
    /// <returns>Pairs of rows that join certain clusters, each with its probability: a forest inside the final clusters. The report. And the run itself.</returns>
    public (IReadOnlyList<(int Left, int Right, double Score)> Joins, MatcherReport Report, MatcherRun Run) Run(IReadOnlyList<Cluster> clusters, IEnumerable<MatchEdge> denied)
    {
        var (together, firstRow) = Groups(clusters);
        var options = new MatcherOptions
        {
            Threads = limits.Threads > 0 ? limits.Threads : Environment.ProcessorCount,
            MemoryMegabytes = policy.MemoryMegabytes ?? limits.MemoryMegabytes,
            Spill = limits.Spill,
            PairsPerRecord = policy.PairsPerRecord,
            Strictness = policy.Stop,
            Sources = table.StreamOf,
            DuplicateFree = [.. policy.DuplicateFree.Select(table.Stream)],
            MustAgree = policy.MustAgree,
            Levels = policy.Fields.Where(field => field.Levels is not null).ToDictionary(field => field.Field, field => field.Levels!, StringComparer.Ordinal),
            Keys = policy.Keys,
            KeyUse = policy.KeyUse,
            Together = together,
            Apart = Apart(clusters, firstRow, denied),
        };
        var mark = ModelMark.Of(policy, table.Schemas);
        var (result, fields, use) = Decide(options, mark);
        var joins = Forest(result, together);
        return (
            joins,
            new MatcherReport(fields, result.Compared, joins.Count, result.Keys, result.Junk)
            {
                Model = use,
                Unused = result.Unused,
                SpilledBytes = result.SpilledBytes,
                Tied = result.Ties.Sum(tie => tie.Records.Count),
            },
            new MatcherRun(result, options, Array.ConvertAll(table.Nodes, node => node.Id), fields) { Mark = mark });
    }

    // By the given model as long as it is for this and the records are near enough; else by what they say now.
    private (MatcherResult Result, IReadOnlyList<SuggestedField> Fields, ModelUse? Use) Decide(MatcherOptions options, string mark)
    {
        var model = input.Model is { } given && given.Mark == mark ? given : null;
        var why = input.RefitBecause ?? (input.Model is null ? "there is none yet" : model is null ? "the policy's matcher or the fields of its streams changed" : null);
        var (before, drift) = (default(int[]), default(ModelDrift));
        if (model is not null)
        {
            IReadOnlyList<SuggestedField> frozen = [.. model.Fields.Select(field => new SuggestedField(field.Name, field.Type, "As the stored model has it."))];
            var result = Matcher.Run(Columns(frozen, model), options with { Model = model, Before = Before() }, cancellationToken: cancellation);
            drift = ModelDrift.Of(result);
            why ??= drift!.Reason;
            if (why is null)
            {
                return (result, frozen, new ModelUse(false, "nothing speaks against it", model.Records) { Drift = drift, Changed = result.Changed });
            }

            before = result.Clusters;
        }

        var fields = Fields();
        var learnt = Matcher.Run(Columns(fields), options, cancellationToken: cancellation);
        var moved = before is null ? null : MovedRecords.Of(before, learnt.Clusters);
        return (learnt, fields, !learnt.HasModel ? null : new ModelUse(true, why!, learnt.Clusters.Length)
        {
            Drift = drift,
            Moved = moved?.Count,
            MovedShare = moved?.Count / (double)learnt.Clusters.Length,
            MovedNodes = moved is null ? null : [.. moved.Select(row => table.Nodes[row].Id).Order().Take(MovedNodesTold)],
        });
    }

    private RunBefore? Before() => input.Before is { HasModel: true } before ? new(before.Result, Array.ConvertAll(table.Nodes, node => before.RowOf(node.Id) ?? -1)) : null;

    // Of the pairs inside final clusters the strongest that hold them together (Kruskal); average link joins along pairs, so that they reach.
    private static List<(int Left, int Right, double Score)> Forest(MatcherResult result, int[] together)
    {
        var sets = new ConstrainedUnionFind(together.Length);
        var first = new Dictionary<int, int>();
        for (var row = 0; row < together.Length; row++)
        {
            if (!first.TryAdd(together[row], row))
            {
                sets.Union(first[together[row]], row);
            }
        }

        var inside = new List<(int Left, int Right, double Bits)>();
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            var (left, right) = ((int)(result.Pairs[i] >> 32), (int)(uint)result.Pairs[i]);
            if (result.Clusters[left] == result.Clusters[right] && together[left] != together[right])
            {
                inside.Add((left, right, result.BitsOf(i)));
            }
        }

        var joins = new List<(int, int, double)>();
        foreach (var (left, right, bits) in inside.OrderByDescending(pair => pair.Bits).ThenBy(pair => pair.Left).ThenBy(pair => pair.Right))
        {
            if (sets.Find(left) != sets.Find(right))
            {
                sets.Union(left, right);
                joins.Add((left, right, Odds.Probability(bits)));
            }
        }

        return joins;
    }

    private List<SuggestedField> Fields()
    {
        var streams = table.Schemas.Select((schema, s) => new SourceStream(schema, new ArraySegment<SourceNode>(table.Nodes, table.Start[s], table.Start[s + 1] - table.Start[s]))).ToList();
        var suggested = MatcherSuggestion.Of(streams);
        return policy.Fields.Count == 0
            ? [.. suggested.Where(field => field.Type != MatchFieldType.Ignored)]
            : [.. policy.Fields.Where(field => field.Use).Select(field => field.Type is { } type
                    ? new SuggestedField(field.Field, type, "Set in the policy.")
                    : suggested.First(one => one.Field == field.Field))
                .Where(field => field.Type != MatchFieldType.Ignored)];
    }

    private List<MatchColumn> Columns(IReadOnlyList<SuggestedField> fields, MatchModel? model = null)
    {
        var bypass = overrides.Bypass.Select(value => value.Trim()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var country = fields.FirstOrDefault(field => IsCountry(field.Field))?.Field;
        var whole = WholeName(fields);
        return [.. fields.Select((field, i) => Column(field, field.Type == MatchFieldType.Phone ? country : null, whole, model?.Fields[i].Dates, bypass))];
    }

    // The field of whole names from which given and family name are taken where a record has neither; null when it is compared itself.
    private string? WholeName(IReadOnlyList<SuggestedField> fields) =>
        fields.Any(field => field.Type == MatchFieldType.GivenName) && fields.Any(field => field.Type == MatchFieldType.FamilyName)
            && table.Schemas.SelectMany(schema => schema.Fields).FirstOrDefault(field => field.Semantic == MatcherSuggestion.WholeName) is { } whole
            && fields.All(field => field.Field != whole.Name) ? whole.Name : null;

    private static string Part(MatchFieldType type, string whole) => type == MatchFieldType.GivenName ? NameWords.Parts(whole).Given : NameWords.Parts(whole).Family;

    private bool IsCountry(string name) =>
        table.Schemas.SelectMany(schema => schema.Fields).Where(field => field.Name == name).Select(field => field.Semantic).FirstOrDefault(semantic => semantic is not null) is { } semantic
            ? semantic.EndsWith(".country", StringComparison.Ordinal)
            : Countries.IsField(name);

    private MatchColumn Column(SuggestedField field, string? country, string? whole, DateOrder? dates, HashSet<string> bypass)
    {
        cancellation.ThrowIfCancellationRequested();
        var builder = new MatchColumnBuilder(field.Field, field.Type, policy.Country, country) { Dates = dates };
        for (var stream = 0; stream < table.Schemas.Length; stream++)
        {
            var (place, home) = (Place(stream, field.Field), country is null ? -1 : Place(stream, country));
            var name = whole is not null && field.Type is MatchFieldType.GivenName or MatchFieldType.FamilyName && place < 0 ? Place(stream, whole!) : -1;
            for (var row = table.Start[stream]; row < table.Start[stream + 1]; row++)
            {
                var text = name >= 0 ? Part(field.Type, Text(table[row, name])) : place < 0 ? "" : Text(table[row, place]);
                builder.Add(bypass.Contains(text) ? "" : text, home < 0 ? "" : Text(table[row, home]));
            }
        }

        return builder.Build();
    }

    private int Place(int stream, string field) => table.HasField(stream, field) ? table.Field(stream, field) : -1;

    // A day is compared as a day, whether its field holds a date or a time.
    private static string Text(Value value) => value.IsMissing ? ""
        : value.Type == DataType.Time ? value.ToString()[..10]
        : value.ToString().Trim();

    private (int[] Together, int[] FirstRow) Groups(IReadOnlyList<Cluster> clusters)
    {
        var (together, first) = (new int[table.Nodes.Length], new int[clusters.Count]);
        Array.Fill(first, -1);
        for (var i = 0; i < clusters.Count; i++)
        {
            foreach (var node in clusters[i].Nodes)
            {
                if (table.RowByNode(node) is { } row)
                {
                    together[row] = i;
                    first[i] = first[i] < 0 ? row : Math.Min(first[i], row);
                }
            }
        }

        return (together, first);
    }

    // A node without a record speaks for the cluster that it is in.
    private static List<(int, int)> Apart(IReadOnlyList<Cluster> clusters, int[] firstRow, IEnumerable<MatchEdge> denied)
    {
        var pairs = denied.ToList();
        if (pairs.Count == 0)
        {
            return [];
        }

        var clusterOf = clusters.SelectMany((cluster, i) => cluster.Nodes.Select(node => (node, i))).ToDictionary(one => one.node, one => one.i);
        return [.. pairs.Select(edge => (firstRow[clusterOf[edge.Left]], firstRow[clusterOf[edge.Right]])).Where(pair => pair.Item1 >= 0 && pair.Item2 >= 0).Distinct()];
    }
}
