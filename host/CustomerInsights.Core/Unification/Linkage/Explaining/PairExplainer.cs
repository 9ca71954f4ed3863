using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Explains pairs of records of one run. Safe for many readers at a time.</summary>
public sealed class PairExplainer
{
    // A class of non-matches is named from so many bits against on.
    private const double Telling = -1;

    private readonly MatcherResult _result;
    private readonly MixtureModel _model;
    private readonly PairLevels _levels;
    private readonly Lazy<ICandidateKeys> _keys;
    private readonly double _strictness;

    /// <param name="result">A run that compared something.</param>
    /// <param name="strictness">Average evidence in bits from which the run kept records together.</param>
    /// <exception cref="ArgumentException">The run compared nothing.</exception>
    public PairExplainer(MatcherResult result, double strictness = 0)
        : this(result, null, strictness)
    {
    }

    internal PairExplainer(MatcherResult result, ICandidateKeys? keys, double strictness)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Model is not { } model || result.Levels is not { } levels)
        {
            throw new ArgumentException("The run compared nothing: there is nothing to explain.", nameof(result));
        }

        (_result, _model, _levels, _strictness) = (result, model, levels, strictness);
        _keys = new(() => keys ?? new KeysInCommon(result));
    }

    /// <summary>Why two records are one, or are not.</summary>
    /// <param name="a">A row, from 0.</param>
    /// <param name="b">Another row.</param>
    /// <returns>The explanation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or both are one.</exception>
    public PairExplanation Explain(int a, int b) => Explain(a, b, wasCompared: false);

    /// <summary>The same of two records that the run compared or put together, without the keys that they have in common: those of all records would have to be sorted.</summary>
    /// <param name="a">A row, from 0.</param>
    /// <param name="b">Another row.</param>
    /// <returns>The explanation; its <see cref="PairExplanation.Keys"/> are empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or both are one.</exception>
    public PairExplanation ExplainCompared(int a, int b) => Explain(a, b, wasCompared: true);

    private PairExplanation Explain(int a, int b, bool wasCompared)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(a);
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(a, _result.Clusters.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(b, _result.Clusters.Length);
        ArgumentOutOfRangeException.ThrowIfEqual(a, b);
        var pattern = _levels.Pattern(Math.Min(a, b), Math.Max(a, b), new Scratch());
        var waterfall = _model.Explain(pattern);
        var fields = _result.Fields.Select((field, i) => Evidence(field, i, pattern, a, b, waterfall.Fields[i])).ToArray();
        var keys = wasCompared ? [] : _keys.Value.InCommon(a, b).ToArray();
        var bits = _model.BitsOf(pattern);
        var explanation = new PairExplanation
        {
            Rows = [a, b],
            Verdict = Verdict(_result.Clusters[a] == _result.Clusters[b], bits, wasCompared, keys),
            Prior = waterfall.Prior,
            Fields = fields,
            ClassBits = waterfall.Class,
            LooksLike = waterfall.Class <= Telling ? LooksLike([.. waterfall.Expected.Select(i => fields[i])]) : null,
            Bits = bits,
            Probability = Odds.Probability(bits),
            Strictness = _strictness,
            Keys = keys,
            Sentence = "",
        };
        return explanation with { Sentence = Sentence(explanation) };
    }

    private static FieldEvidence Evidence(FieldComparison field, int i, ulong pattern, int a, int b, double bits)
    {
        var column = field.Column;
        var (left, right) = (column.Ids[a], column.Ids[b]);
        return new(column.Name, column.Type, column.Values[left], column.Values[right], field.Levels[PairLevels.LevelOf(pattern, i)], column.Counts[left], column.Counts[right], bits);
    }

    private PairVerdict Verdict(bool together, double bits, bool wasCompared, KeyInCommon[] keys) => (together, bits > _strictness) switch
    {
        (true, true) => PairVerdict.Together,
        (true, false) => PairVerdict.TogetherThroughOthers,
        _ when !wasCompared && keys.Length == 0 => PairVerdict.NoKeyInCommon,
        _ when !wasCompared && !Array.Exists(keys, key => key.Taken) => PairVerdict.GroupTooLarge,
        (false, true) => PairVerdict.ApartThroughOthers,
        (false, false) => PairVerdict.Apart,
    };

    private static string? LooksLike(FieldEvidence[] expected)
    {
        if (expected.Length < 2)
        {
            return null;
        }

        var family = Array.Exists(expected, field => field.Type == MatchFieldType.FamilyName);
        var home = Array.Exists(expected, field => field.Type is MatchFieldType.Phone or MatchFieldType.Address or MatchFieldType.PostalCode or MatchFieldType.Place);
        var given = Array.Exists(expected, field => field.Type is MatchFieldType.GivenName or MatchFieldType.FullName);
        var what = home && !given && (family || Array.Exists(expected, field => field.Type is MatchFieldType.Phone or MatchFieldType.Address)) ? "looks like a household"
            : given ? "looks like namesakes" : "looks like two that often have the same in common";
        return $"{what}: alike in {Listed([.. expected.Select(field => field.Field)])}";
    }

    private string Sentence(PairExplanation pair)
    {
        var verdict = pair.Verdict switch
        {
            PairVerdict.Together => "Together",
            PairVerdict.TogetherThroughOthers => "Together because other records connect them; taken alone the evidence is not enough",
            PairVerdict.Apart => "Apart",
            PairVerdict.ApartThroughOthers when _result.Ties.Any(tie => pair.Rows.All(tie.Records.Contains)) => "Apart, although the two alone agree enough: another way to pair them is as good, and only chance could tell which",
            PairVerdict.ApartThroughOthers => "Apart, although the two alone agree enough: the records around them or a constraint speak against",
            PairVerdict.NoKeyInCommon => "Never compared: no key in common",
            _ => $"Never compared: a key in common ({pair.Keys[0].Name}), but its group of {pair.Keys[0].GroupSize.ToString("N0", CultureInfo.InvariantCulture)} records was too large",
        };
        var told = pair.Fields.Where(field => Math.Abs(field.Bits) >= 0.05).OrderByDescending(field => Math.Abs(field.Bits)).Select(field => $"{field.Field} {field.Level} {Signed(field.Bits)}");
        var steps = told.Prepend($"before looking {Signed(pair.Prior)}").Append($"{pair.LooksLike ?? "together beyond each alone"} {Signed(pair.ClassBits)}");
        return $"{verdict}. Evidence {Signed(pair.Bits)} bits, probability {pair.Probability.ToString("0.####", CultureInfo.InvariantCulture)}, {Signed(_strictness)} bits are wanted on average: {string.Join("; ", steps)}.";
    }

    internal static string Listed(IReadOnlyList<string> names) => names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    internal static string Signed(double bits) => bits.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
}
