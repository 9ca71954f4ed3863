namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What can be told of a run without labels, and what another strictness would change.</summary>
public sealed class MatchLab
{
    // What of a pair's evidence counts inside clusters: estimate, least, most. Fields depend on each other beyond the classes, which makes evidence
    // count double; on synth_100k half of the bits is right.
    private static readonly double[] s_weights = [0.6, 0.4, 1];

    // What the records around two clusters say against a pair between them, in bits: estimate, most, least.
    private static readonly double[] s_context = [1.5, 4, 0];

    private const double Deviations = 2;

    // Pairs worth less than this are not at hand.
    private const double Kept = -4;

    private readonly MatcherResult _result;
    private readonly MatcherOptions _options;
    private readonly ICandidateKeys _keys;
    private readonly ulong[] _rowHashes;
    private InsideClusters? _inside;
    private double? _unreached;

    /// <param name="result">A run that compared something.</param>
    /// <param name="options">The options of the run.</param>
    /// <exception cref="ArgumentException">The run compared nothing.</exception>
    public MatchLab(MatcherResult result, MatcherOptions options)
        : this(result, options, null)
    {
    }

    internal MatchLab(MatcherResult result, MatcherOptions options, ICandidateKeys? keys)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        if (result.Model is null)
        {
            throw new ArgumentException("The run compared nothing: there is nothing to expect.", nameof(result));
        }

        (_result, _options, _keys) = (result, options, keys ?? new KeysInCommon(result));
        _rowHashes = TextHash.OfRows(Array.ConvertAll(result.Fields, field => field.Column));
    }

    /// <summary>How right the clusters of the run are likely to be.</summary>
    /// <param name="cancellationToken">Looked at for each cluster.</param>
    /// <returns>Precision and recall over pairs, with bounds.</returns>
    public ExpectedQuality Expected(CancellationToken cancellationToken = default) => Expected(_result.Clusters, cancellationToken);

    /// <summary>What other strictness would give, from the pairs that are at hand: nothing is compared or learnt again.</summary>
    /// <param name="strictness">Average evidence in bits that keeps records together, −3 or more: pairs below −4 bits are not at hand.</param>
    /// <param name="cancellationToken">Looked at for each cluster.</param>
    /// <returns>A point for each.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A strictness is below −3 or no number.</exception>
    public IReadOnlyList<StrictnessPoint> Curve(IReadOnlyList<double> strictness, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(strictness);
        var points = new List<StrictnessPoint>();
        foreach (var at in strictness)
        {
            var clusters = Clusters(at);
            var sizes = clusters.CountBy(cluster => cluster).Select(one => one.Value).ToList();
            var quality = Expected(clusters, cancellationToken);
            points.Add(new(at, sizes.Count, sizes.Where(size => size > 1).Sum(), sizes.Max(), quality, ClusterDifference.Of(_result.Clusters, clusters, 0)));
        }

        return points;
    }

    /// <summary>The clusters that another strictness would give.</summary>
    /// <param name="strictness">Average evidence in bits, −3 or more.</param>
    /// <returns>For each record the smallest row of its cluster.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is below −3 or no number.</exception>
    public int[] Clusters(double strictness)
    {
        if (!(strictness >= Kept - AverageLink.Floor))
        {
            throw new ArgumentOutOfRangeException(nameof(strictness), strictness, "Pairs below −4 bits are not at hand after a run; choose −3 or more.");
        }

        return Clusters(_result.Model!, strictness);
    }

    /// <summary>Learns again with answers: each counts as some pairs with the pattern of its two records whose class is certain.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="pairsPerAnswer">How many pairs an answer is worth, 1 or more.</param>
    /// <returns>The run with the model and the clusters that follow; pairs that were not at hand still are not.</returns>
    public MatcherResult Learn(IReadOnlyList<PairAnswer> answers, int pairsPerAnswer = 20)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentOutOfRangeException.ThrowIfLessThan(pairsPerAnswer, 1);
        var scratch = new Scratch();
        var labels = answers.Select(answer => (Pattern: _result.Levels!.Pattern(Math.Min(answer.A, answer.B), Math.Max(answer.A, answer.B), scratch), answer.IsSame))
            .CountBy(one => one).OrderBy(one => one.Key).Select(one => new PatternLabel(one.Key.Pattern, one.Key.IsSame, (long)one.Value * pairsPerAnswer)).ToList();
        var model = _result.Model!.Again(_result.Patterns, labels, _options.Threads);
        return _result with { Model = model, Clusters = Clusters(model, _options.Strictness) };
    }

    private int[] Clusters(MixtureModel model, double strictness)
    {
        var bits = Array.ConvertAll(_result.Patterns.OfPair, pattern => model.Bits[pattern]);
        return AverageLink.Cluster(_result.Clusters.Length, _result.Pairs, bits, strictness, _rowHashes, _result.Learnt!.Constraints, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads });
    }

    // The estimate of what no key reached is of the run and its keys, and so of the run's own clusters, whatever others are asked about.
    private double Unreached(CancellationToken cancellationToken)
    {
        var inside = Inside(_result.Clusters, cancellationToken);
        return UnreachedPairs.Estimated(_result, _keys, inside, inside.Right[0] + Between(_result.Clusters, s_context[0]).Mass);
    }

    // Those of the run are asked for at least twice.
    private InsideClusters Inside(int[] clusters, CancellationToken cancellationToken) => ReferenceEquals(clusters, _result.Clusters)
        ? _inside ??= new InsideClusters(_result, clusters, s_weights, cancellationToken)
        : new InsideClusters(_result, clusters, s_weights, cancellationToken);

    private ExpectedQuality Expected(int[] clusters, CancellationToken cancellationToken)
    {
        var unreached = _unreached ??= Unreached(cancellationToken);
        var inside = Inside(clusters, cancellationToken);
        var compared = s_context.Select(context => Between(clusters, context)).ToArray();
        var found = inside.Together == 0 ? 0 : inside.Unseen * inside.Right[0] / inside.Together;
        double[] apart = [Math.Max(0, unreached - found), 0, Math.Max(0, (2 * unreached) - found) + (Deviations * Math.Sqrt(unreached))];
        double Spread(double variance) => Deviations * Math.Sqrt(variance);

        // One pair more or less: with none expected none may be found, and the other way round.
        var least = Math.Max(0, inside.Right[1] - Spread(inside.Variance[1]) - 1);
        var most = Math.Min(inside.Together, inside.Right[2] + Spread(inside.Variance[2]) + 1);
        var fewest = Math.Max(0, compared[1].Mass - Spread(compared[1].Variance) - 1);
        var highest = compared[2].Mass + Spread(compared[2].Variance) + 1;
        double Share(double part, double whole) => whole <= 0 ? 1 : part / whole;
        return new ExpectedQuality
        {
            Precision = new(Share(inside.Right[0], inside.Together), Share(least, inside.Together), Share(most, inside.Together)),
            Recall = new(Share(inside.Right[0], inside.Right[0] + compared[0].Mass + apart[0]), Share(least, least + highest + apart[2]), Share(most, most + fewest + apart[1])),
            Together = inside.Together,
            ThroughOthers = inside.ThroughOthers,
            MissedCompared = new(compared[0].Mass, fewest, highest),
            MissedUnreached = new(apart[0], apart[1], apart[2]),
        };
    }

    // The expected matches among the compared pairs between clusters, and their variance; of pairs that are not at hand all patterns are known.
    private (double Mass, double Variance) Between(int[] clusters, double context)
    {
        var left = (long[])_result.Patterns.Counts.Clone();
        for (var i = 0; i < _result.Pairs.Length; i++)
        {
            if (clusters[(int)(_result.Pairs[i] >> 32)] == clusters[(int)(uint)_result.Pairs[i]])
            {
                left[_result.Patterns.OfPair[i]]--;
            }
        }

        var (mass, variance) = (0.0, 0.0);
        for (var i = 0; i < left.Length; i++)
        {
            var p = Odds.Probability(_result.Model!.Bits[i] - context);
            (mass, variance) = (mass + (left[i] * p), variance + (left[i] * p * (1 - p)));
        }

        return (mass, variance);
    }
}

/// <summary>What one strictness gives.</summary>
/// <param name="Strictness">Average evidence in bits that keeps records together.</param>
/// <param name="Clusters">How many clusters, those of one record among them.</param>
/// <param name="Joined">Records in clusters of two or more.</param>
/// <param name="Largest">Records in the largest cluster.</param>
/// <param name="Expected">How right it is likely to be.</param>
/// <param name="Change">What would differ from the run, without samples.</param>
public sealed record StrictnessPoint(double Strictness, int Clusters, int Joined, int Largest, ExpectedQuality Expected, ClusterDifference Change);
