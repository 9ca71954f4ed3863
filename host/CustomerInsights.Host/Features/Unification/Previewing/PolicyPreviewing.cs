using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Unification.Running;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>Tells from runs in memory what policies would do. Pure.</summary>
internal static class PolicyPreviewing
{
    private const int Patterns = 20;
    private const int PerStratum = 40;
    private const ulong Seed = 1;

    // Average evidence in bits; the words of a policy are −2, 0 and 3.
    private static readonly double[] s_strictness = [-3, -2, -1, 0, 1, 2, 3, 5, 8];

    // The curve is worth its time for somebody who thinks about the policy: not in a run, and not for the policy that another is compared with.
    private static PolicyForecast Forecast(UnificationData data, UnificationResult result, bool curve, CancellationToken cancellationToken)
    {
        var lab = result.MatcherRun is { HasModel: true } run ? new MatchLab(run.Result, run.Options) : null;
        return new(
            data.Records,
            result.Profiles.Count,
            result.Profiles.Sum(profile => profile.Cluster.Nodes.Count > 1 ? (long)profile.Cluster.Nodes.Count : 0),
            result.Profiles.Count == 0 ? 0 : result.Profiles.Max(profile => profile.Cluster.Nodes.Count),
            result.Streams,
            result.Rules,
            curve && lab is not null ? lab.Curve([.. s_strictness.Append(result.MatcherRun!.Options.Strictness).Where(bits => bits >= s_strictness[0]).Distinct().Order()], cancellationToken) : [],
            Warnings(result),
            MatcherSummary.Of(result.Matcher),
            lab?.Expected(cancellationToken));
    }

    /// <summary>The whole preview of a policy.</summary>
    /// <param name="at">When the records were read.</param>
    /// <param name="data">The records.</param>
    /// <param name="result">What the policy makes of them.</param>
    /// <param name="curve">Whether to tell what another strictness would give.</param>
    /// <param name="other">What another policy makes of the same records; null to compare with none.</param>
    /// <param name="cancellationToken">Looked at between the parts.</param>
    public static PreviewResult Of(
        DateTimeOffset at, UnificationData data, UnificationResult result, bool curve, (string Hash, UnificationPolicy Policy, UnificationData Data, UnificationResult Result)? other, CancellationToken cancellationToken)
    {
        long[] nodes = [.. Nodes(data).Concat(other is { } one ? Nodes(one.Data) : []).Distinct().Order()];
        var places = nodes.Select((node, place) => (node, place)).ToDictionary(one => one.node, one => one.place);
        var after = ClusterLabels.Of(places, result);
        return new PreviewResult
        {
            At = at,
            Policy = Forecast(data, result, curve, cancellationToken),
            Change = ClusterLabels.Of(places, data.Previous).To(nodes, after),
            Other = other is not { } with ? null
                : new(with.Hash, with.Policy, Forecast(with.Data, with.Result, false, cancellationToken), ClusterLabels.Of(places, with.Result).To(nodes, after)),
            Patterns = Asked(result.MatcherRun),
            Strata = Drawn(result.MatcherRun),
        };
    }

    /// <summary>What people should look at in a run: what it warns of, and why rules found less than there is.</summary>
    public static IReadOnlyList<string> Warnings(UnificationResult result) =>
        [.. result.Warnings, .. result.Rules.Where(rule => rule.Reason is not null).Select(rule => $"Rule '{rule.Rule}' of {rule.Stream}: {rule.Reason}")];

    private static IEnumerable<long> Nodes(UnificationData data) => data.Streams.SelectMany(stream => stream.Nodes).Select(node => node.Id);

    private static List<AskedPattern> Asked(MatcherRun? run) => run is not { HasModel: true } ? [] :
    [
        .. Questions.Patterns(run.Result, Patterns).Select(question => new AskedPattern(question with { Examples = [] }, Pairs(run, question.Examples))),
    ];

    private static List<AskedStratum> Drawn(MatcherRun? run) => run is not { HasModel: true } ? [] :
    [
        .. Questions.AtRandom(run.Result, run.Options.Strictness, PerStratum, Seed)
            .Select(stratum => new AskedStratum(stratum.Name, stratum.IsTogether, stratum.Population, Pairs(run, stratum.Sample))),
    ];

    private static long[][] Pairs(MatcherRun run, IReadOnlyList<IReadOnlyList<int>> pairs) =>
        [.. pairs.Select(pair => new[] { Math.Min(run.Nodes[pair[0]], run.Nodes[pair[1]]), Math.Max(run.Nodes[pair[0]], run.Nodes[pair[1]]) })];
}
