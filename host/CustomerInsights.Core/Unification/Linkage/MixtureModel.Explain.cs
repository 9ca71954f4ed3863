namespace CustomerInsights.Core.Unification.Linkage;

/// <content>Why a pattern has the evidence that it has.</content>
internal sealed partial class MixtureModel
{
    /// <summary>A model with known tables, as a property test or a store has them.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="leads">For each class of non-matches the fields that lead it, one bit each.</param>
    /// <param name="share">For each class its share, 0 the matches; all above 0, sum 1.</param>
    /// <param name="log">By class, field and level the natural logarithm of the level's probability.</param>
    internal static MixtureModel Of(FieldComparison[] fields, IReadOnlyList<int> leads, double[] share, double[][][] log)
    {
        var model = new MixtureModel(fields, [], leads);
        share.CopyTo(model._share, 0);
        log.CopyTo(model._log, 0);
        return model;
    }

    /// <summary>The evidence of any pattern in bits: log2 of the odds that it is a match.</summary>
    internal double BitsOf(ulong pattern)
    {
        var logs = new double[_classes];
        Logs(pattern, logs);
        return (logs[0] - LogSum(logs.AsSpan(1))) / Math.Log(2);
    }

    /// <summary>The evidence of a pattern in bits before anything was learnt.</summary>
    internal Func<ulong, double> BeforeLearning() => Naive(_fields, _chance);

    /// <summary>Learns again from the same fields with what somebody knows.</summary>
    internal MixtureModel Again(PatternSet set, IReadOnlyList<PatternLabel> labels, int threads) => Fit(_fields, _chance, set, threads, labels);

    /// <summary>Takes the evidence of a pattern apart into summands that give it exactly.</summary>
    /// <remarks>
    /// <para>
    /// With shares s_k of the classes among the non-matches, the evidence is log2 (p / (1 − p)) + Σ_f log2 m_f − log2 Σ_k s_k Π_f u_kf. A field is
    /// weighed against the mean over all classes, ū_f = Σ_k s_k u_kf: its bits are log2 (m_f / ū_f). What is left is the evidence of the class,
    /// log2 (Π_f ū_f / Σ_k s_k Π_f u_kf): how much rarer these levels would be together if they were independent among non-matches. It is far below
    /// 0 where one class, say the household, expects just these agreements together.
    /// </para>
    /// <para>
    /// Weighing each field against Σ_k r_k u_kf with the responsibilities r_k of the pair itself does not sum: the logarithm of a mean of products
    /// is not the sum of the logarithms of means. Adding the remainder makes any weights sum; with the shares the remainder has a meaning, and a
    /// level of a field is worth the same bits in every pair.
    /// </para>
    /// </remarks>
    internal Waterfall Explain(ulong pattern)
    {
        var strangers = 0.0;
        for (var k = 1; k < _classes; k++)
        {
            strangers += _share[k];
        }

        var mean = new double[_fields.Length];
        var bits = new double[_fields.Length];
        var independent = 0.0;
        for (var field = 0; field < bits.Length; field++)
        {
            var level = PairLevels.LevelOf(pattern, field);
            if (level == FieldComparison.Missing)
            {
                continue;
            }

            for (var k = 1; k < _classes; k++)
            {
                mean[field] += _share[k] / strangers * Math.Exp(_log[k][field][level]);
            }

            independent += Math.Log2(mean[field]);
            bits[field] = (_log[0][field][level] / Math.Log(2)) - Math.Log2(mean[field]);
        }

        var logs = new double[_classes];
        Logs(pattern, logs);
        var together = (LogSum(logs.AsSpan(1)) - Math.Log(strangers)) / Math.Log(2);
        var most = 1 + Array.IndexOf(logs[1..], logs[1..].Max());
        var expected = Enumerable.Range(0, bits.Length).Where(field => Expects(most, field, pattern, mean[field])).ToArray();
        return new(Math.Log2(_share[0] / strangers), bits, independent - together, expected);
    }

    // Agreement that a class expects: it leads the class, or is at least twice as frequent in it as among all non-matches.
    private bool Expects(int k, int field, ulong pattern, double mean)
    {
        var level = PairLevels.LevelOf(pattern, field);
        return level > FieldComparison.Different && ((_leads[k - 1] & (1 << field)) != 0 || Math.Exp(_log[k][field][level]) >= 2 * mean);
    }
}

/// <summary>The evidence of a pattern as summands, in bits.</summary>
/// <param name="Prior">log2 of the odds of a match among the candidates.</param>
/// <param name="Fields">For each field what its level says; 0 where it is missing.</param>
/// <param name="Class">What the levels say together beyond what each says alone.</param>
/// <param name="Expected">Fields that agree as the likeliest class of non-matches expects.</param>
internal sealed record Waterfall(double Prior, double[] Fields, double Class, int[] Expected)
{
    /// <summary>The whole evidence: the sum.</summary>
    internal double Total => Prior + Fields.Sum() + Class;
}

/// <summary>What somebody knows of pairs with one pattern.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Same">Whether they are one.</param>
/// <param name="Pairs">How many pairs the answer is worth, 1 or more.</param>
internal readonly record struct PatternLabel(ulong Pattern, bool Same, long Pairs);
