using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>What a run's matcher is not sure of, for the review queue.</summary>
internal static class RunDoubts
{
    private const int Most = 1000;

    // What is surer than 50 to 1 is no doubt.
    private const double Sure = 0.02;

    /// <summary>The pairs most worth asking about. What is certain by rules, or told, or held apart is no question.</summary>
    public static IReadOnlyList<ReviewItem> Of(MatcherRun run, CancellationToken cancellationToken)
    {
        if (!run.HasModel)
        {
            return [];
        }

        var explainer = new PairExplainer(run.Result, run.Options.Strictness);
        return
        [
            .. DoubtQueue.Of(run.Result, run.Options, 2 * Most, cancellationToken)
                .Where(doubt => doubt.Probability is > Sure and < 1 - Sure && !run.IsHeldApart(doubt.A, doubt.B) && !run.IsCertain(doubt.A, doubt.B))
                .Take(Most)
                .Select(doubt => new ReviewItem(
                    ReviewKind.Pair,
                    [Math.Min(run.Nodes[doubt.A], run.Nodes[doubt.B]), Math.Max(run.Nodes[doubt.A], run.Nodes[doubt.B])],
                    doubt.Worth,
                    doubt.Bits,
                    explainer.ExplainCompared(doubt.A, doubt.B).Sentence,
                    null))
                .DistinctBy(item => (item.Nodes[0], item.Nodes[1])),
        ];
    }
}
