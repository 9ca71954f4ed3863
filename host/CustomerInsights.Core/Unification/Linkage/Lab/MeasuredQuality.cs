namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Precision and recall over pairs as answers about pairs drawn at random tell them.</summary>
/// <param name="Precision">Of the pairs together, the share that is right, with the 95 % interval of Wilson 1927.</param>
/// <param name="Recall">Of the pairs at hand that are one, the share that is together; null when nothing was answered about pairs together. The bounds join the Wilson bounds of
/// each kind of pairs and are wider than 95 %. Pairs that were never compared are not counted, so this is the most that recall can be.</param>
/// <param name="Answers">Answers used.</param>
public sealed record MeasuredQuality(Estimate? Precision, Estimate? Recall, int Answers)
{
    private const double Deviations = 1.959964;

    /// <summary>Measures.</summary>
    /// <param name="strata">The pairs that were drawn.</param>
    /// <param name="answers">Answers; those about other pairs are left aside, since they were not drawn at random. Of several about one pair the last counts.</param>
    /// <returns>The figures.</returns>
    public static MeasuredQuality Of(IReadOnlyList<PairStratum> strata, IReadOnlyList<PairAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(strata);
        ArgumentNullException.ThrowIfNull(answers);
        var known = new Dictionary<(int, int), bool>();
        foreach (var answer in answers)
        {
            known[(Math.Min(answer.A, answer.B), Math.Max(answer.A, answer.B))] = answer.IsSame;
        }

        var (used, together, apart) = (0, default((Estimate Share, long Population)?), new List<(Estimate Share, long Population)>());
        foreach (var stratum in strata)
        {
            var own = stratum.Sample.Where(pair => known.ContainsKey((pair[0], pair[1]))).Select(pair => known[(pair[0], pair[1])]).ToList();
            used += own.Count;
            var share = own.Count == 0 ? new Estimate(0.5, 0, 1) : Wilson(own.Count(same => same), own.Count);
            if (!stratum.IsTogether)
            {
                apart.Add((share, stratum.Population));
            }
            else if (own.Count > 0)
            {
                together = (share, stratum.Population);
            }
        }

        if (together is not { } found)
        {
            return new(null, null, used);
        }

        double Missed(Func<Estimate, double> of) => apart.Sum(one => of(one.Share) * one.Population);
        double Recall(double right, double missed) => right + missed <= 0 ? 1 : right / (right + missed);
        return new(found.Share, new(
            Recall(found.Share.Value * found.Population, Missed(share => share.Value)),
            Recall(found.Share.Low * found.Population, Missed(share => share.High)),
            Recall(found.Share.High * found.Population, Missed(share => share.Low))), used);
    }

    /// <summary>A share with its 95 % interval (Wilson 1927), which holds for few answers and for none or all of one kind.</summary>
    internal static Estimate Wilson(int part, int all)
    {
        var (p, z) = ((double)part / all, Deviations * Deviations / all);
        var middle = (p + (z / 2)) / (1 + z);
        var half = Math.Sqrt((p * (1 - p) * z) + (z * z / 4)) / (1 + z);
        return new(p, Math.Min(p, Math.Max(0, middle - half)), Math.Max(p, Math.Min(1, middle + half)));
    }
}
