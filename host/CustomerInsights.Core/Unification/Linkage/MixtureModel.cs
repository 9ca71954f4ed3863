using System.Numerics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// What agreement and disagreement say, learnt from the candidates without labels: a mixture of one class of matches and several of
/// non-matches, one for each field whose agreement makes strangers candidates, and one for each two fields that often do so together. People of
/// one household share name, telephone and address; a single class of non-matches, as in Fellegi and Sunter, would take that for three independent
/// pieces of luck.
/// </summary>
/// <remarks>
/// Expectation–maximisation (Dempster, Laird, Rubin 1977) over patterns. Three anchors keep the classes from wandering: each non-match class is drawn
/// to chance agreement in the fields that do not lead it, the harder the more matches there are that it could swallow; the match class weakly to what
/// is usual; and pairs that are beyond doubt stay where they are. Against chance, the weight of a level never falls as the level rises (pool adjacent
/// violators; Barlow et al. 1972). The constants were chosen on febrl 1 and 2, fake_1000 and synth_100k, and are the same for all data.
/// </remarks>
internal sealed partial class MixtureModel
{
    private const int MostRounds = 100;

    // Gain in log-likelihood for each pair below which a round was the last.
    private const double Enough = 1e-5;

    // In bits, by agreement against chance alone and counted from the odds of two random records: beyond these a pair is not learnt anew.
    private const double Certain = 14;
    private const double Hopeless = -5;

    // Bits from which a field is a reason for being a candidate.
    private const double Telling = 3;

    // Bits of a pair that agrees in all that a household shares, before a field that it does not share is looked at: half a match.
    private const double Household = Shift;

    // A class of two fields needs so many pairs, and so large a part of the pairs that are certain; there are so many at most.
    private const double SmallestClass = 50;
    private const double SmallShare = 0.5;

    // A class of two fields that a household shares may be rarer: what it does not share holds it, so that it swallows no matches.
    private const double SmallHouseholdShare = 0.15;
    private const double SmallestHouseholdClass = 200;
    private const int MostClasses = 16;

    // Of fewer fields than these, two that agree leave one to tell a match from a class of the two: only how many matches there are is learnt.
    private const int FewFields = 4;

    // With so few fields, of the pairs that begin as rather a match than none so many must be matches in the end; otherwise they were lost.
    private const int SomeFields = 5;
    private const double Remains = 0.5;
    private const double Vanished = 0.1;

    // No field says more than this before anything is learnt.
    private const double MostBits = 12;

    // Bits at which a pair begins as half a match: late, so that the match class begins pure.
    private const double Shift = 7;

    // The pull of chance on a class of non-matches, as a part of the mass of matches, and of what is usual on the matches, in pairs.
    private const double AnchorShare = 0.3;
    private const double MatchPrior = 20;

    private readonly FieldComparison[] _fields;
    private readonly double[][] _chance;
    private readonly int _classes;
    private readonly double[] _share;
    private readonly int[] _leads;

    // By class (0 matches), field and level; natural logarithms.
    private readonly double[][][] _log;

    private MixtureModel(FieldComparison[] fields, double[][] chance, IReadOnlyList<int> leads)
    {
        (_fields, _chance, _classes, _leads) = (fields, chance, 1 + leads.Count, [.. leads]);
        var classes = _classes;
        _share = new double[classes];
        _log = [.. Enumerable.Range(0, classes).Select(_ => fields.Select(field => new double[field.Levels.Count]).ToArray())];
    }

    /// <summary>The evidence of each pattern in bits: log2 of the odds that it is a match.</summary>
    internal double[] Bits { get; private set; } = [];

    /// <summary>Learns from the candidates.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="chance">For each field the chance of each level between two records drawn at random.</param>
    /// <param name="set">The patterns of the candidates.</param>
    /// <param name="threads">The result is the same with any number.</param>
    /// <param name="labels">What somebody knows of patterns: counted as so many pairs more, whose class is certain. Their patterns are learnt anew even where they were beyond doubt.</param>
    internal static MixtureModel Fit(FieldComparison[] fields, double[][] chance, PatternSet set, int threads, IReadOnlyList<PatternLabel>? labels = null)
    {
        var usual = fields.Select(field => field.Usual()).ToArray();
        var naive = Naive(fields, chance, usual, set.Patterns);
        var leads = Leads(fields, set, naive);
        if (fields.Length < FewFields && labels is not { Count: > 0 })
        {
            return Counted(fields, chance, leads, set, usual);
        }

        var model = new MixtureModel(fields, chance, leads);
        var (all, evidence) = (set, naive);
        if (labels is { Count: > 0 })
        {
            (all, evidence) = Labelled(set, naive, labels, Naive(fields, chance, usual, [.. labels.Select(label => label.Pattern)]));
        }

        model.Learn(all, evidence, leads, usual, threads, labels?.Count ?? 0);

        return labels is not { Count: > 0 } && fields.Length <= SomeFields && model.HasLost(set, naive) ? Counted(fields, chance, leads, set, usual) : model;
    }

    // With few fields a class of two of them may explain the matches as well, and take them over until only those are left that are beyond doubt.
    private bool HasLost(PatternSet set, (double Bits, int Lead)[] naive)
    {
        var (certain, likely, rather) = (0L, 0L, 0L);
        for (var i = 0; i < naive.Length; i++)
        {
            certain += naive[i].Bits > Certain ? set.Counts[i] : 0;
            likely += naive[i].Bits > Shift ? set.Counts[i] : 0;
            rather += naive[i].Bits > 0 ? set.Counts[i] : 0;
        }

        // Or none is left where many were to be expected.
        var found = _share[0] * set.Counts.Sum();
        return (rather >= SmallestClass && found < Vanished * rather) || certain >= SmallestClass && found < Remains * likely;
    }

    private static MixtureModel Counted(FieldComparison[] fields, double[][] chance, List<int> leads, PatternSet set, double[][] usual)
    {
        var model = new MixtureModel(fields, chance, leads.Take(1).ToList());
        model.CountMatches(set, usual);
        return model;
    }

    // Labelled pairs are patterns of their own at the end, too far on one side to be learnt anew.
    private static (PatternSet, (double Bits, int Lead)[]) Labelled(PatternSet set, (double Bits, int Lead)[] naive, IReadOnlyList<PatternLabel> labels, (double Bits, int Lead)[] own)
    {
        var known = labels.Select(label => label.Pattern).ToHashSet();
        var free = naive.Select((one, i) => known.Contains(set.Patterns[i]) ? (Math.Clamp(one.Bits, Hopeless, Certain), one.Lead) : one);
        var certain = own.Select((one, i) => (labels[i].Same ? double.MaxValue : double.MinValue, one.Lead));
        return (new([.. set.Patterns, .. labels.Select(label => label.Pattern)], [.. set.Counts, .. labels.Select(label => label.Pairs)], set.OfPair), [.. free, .. certain]);
    }

    /// <summary>The evidence of a pattern in bits before anything is learnt: agreement against chance, for two records drawn at random.</summary>
    internal static Func<ulong, double> Naive(FieldComparison[] fields, double[][] chance)
    {
        var usual = fields.Select(field => field.Usual()).ToArray();
        var prior = RandomPair(fields);
        return pattern => Naive(fields, chance, usual, prior, pattern).Bits;
    }

    private static (double Bits, int Lead)[] Naive(FieldComparison[] fields, double[][] chance, double[][] usual, ulong[] patterns)
    {
        var prior = RandomPair(fields);
        return Array.ConvertAll(patterns, pattern => Naive(fields, chance, usual, prior, pattern));
    }

    /// <summary>The evidence for two records drawn at random, in bits: one in so many is the other's match.</summary>
    internal static double RandomPair(FieldComparison[] fields) => -Math.Log2(Math.Max(2, fields.Max(field => field.Column.Filled)));

    // What agrees for two people of one household as for one person: there is about one such stranger for each record, so that only the other
    // fields tell which of the two a pair is.
    private static bool IsShared(FieldComparison field) => field.Column.Type is MatchFieldType.FamilyName or MatchFieldType.Phone or MatchFieldType.Address
        or MatchFieldType.PostalCode or MatchFieldType.Place or MatchFieldType.Category;

    // The bits that agreement by chance would be worth, or as much less as the household leaves, and the one or two fields that bring most of them.
    private static (double Bits, int Lead) Naive(FieldComparison[] fields, double[][] chance, double[][] usual, double prior, ulong pattern)
    {
        var (sum, own) = (prior, 0.0);
        var (first, most, second, next) = (0, double.MinValue, -1, Telling);
        for (var field = 0; field < fields.Length; field++)
        {
            var level = PairLevels.LevelOf(pattern, field);
            if (level == FieldComparison.Missing)
            {
                continue;
            }

            // An equal value is as good as its own share of chance agreement.
            var m = level >= fields[field].FirstEqual ? usual[field][level] * FieldComparison.Steps : usual[field][level];
            var bits = Math.Log2(m / chance[field][level]);
            sum += Math.Min(bits, MostBits);
            own += IsShared(fields[field]) ? 0 : Math.Min(bits, MostBits);
            if (bits > most)
            {
                (second, next) = most > Telling ? (first, most) : (second, next);
                (first, most) = (field, bits);
            }
            else if (bits > next)
            {
                (second, next) = (field, bits);
            }
        }

        return (Array.TrueForAll(fields, IsShared) ? sum : Math.Min(sum, own + Household), (1 << first) | (second >= 0 ? 1 << second : 0));
    }

    // Weights against chance as they are; learnt is the share of matches alone: expectation–maximisation of that one number.
    private void CountMatches(PatternSet set, double[][] usual)
    {
        for (var field = 0; field < _fields.Length; field++)
        {
            for (var level = FieldComparison.Different; level < _chance[field].Length; level++)
            {
                var against = Math.Log(_chance[field][level]);
                var m = usual[field][level] * (level >= _fields[field].FirstEqual ? FieldComparison.Steps : 1);
                (_log[0][field][level], _log[1][field][level]) = (Math.Min(Math.Log(m), against + (MostBits * Math.Log(2))), against);
            }
        }

        // At first as many matches as half the records, and never more.
        var records = Math.Max(2.0, _fields.Max(field => field.Column.Filled));
        var most = 1 / records;
        (_share[0], _share[1]) = (most, 1 - most);
        var bits = Array.ConvertAll(set.Patterns, Odds);
        var shift = 0.0;
        for (var round = 0; round < MostRounds; round++)
        {
            var expected = 1.0;
            for (var i = 0; i < bits.Length; i++)
            {
                expected += set.Counts[i] / (1 + Math.Pow(2, -bits[i] - shift));
            }

            shift = Math.Min(0, Math.Log2(expected * 2 / records));
        }

        (_share[0], _share[1]) = (most * Math.Pow(2, shift), 1 - most);
        Bits = Array.ConvertAll(set.Patterns, Odds);

        double Odds(ulong pattern)
        {
            var logs = new double[_classes];
            Logs(pattern, logs);
            return (logs[0] - logs[1]) / Math.Log(2);
        }
    }

    private static List<int> Leads(FieldComparison[] fields, PatternSet set, (double Bits, int Lead)[] naive)
    {
        var mass = new SortedDictionary<int, double>();
        var certain = 0.0;
        for (var i = 0; i < naive.Length; i++)
        {
            certain += naive[i].Bits >= Certain ? set.Counts[i] : 0;
            mass[naive[i].Lead] = mass.GetValueOrDefault(naive[i].Lead) + (naive[i].Bits < Certain ? set.Counts[i] : 0);
        }

        // One for each field alone, so that every pattern has a class; of two fields where there are pairs enough to learn from.
        double Least(int lead) => Enumerable.Range(0, fields.Length).All(field => (lead & (1 << field)) == 0 || IsShared(fields[field]))
            ? Math.Min(Math.Max(SmallestHouseholdClass, SmallHouseholdShare * certain), Math.Max(SmallestClass, SmallShare * certain))
            : Math.Max(SmallestClass, SmallShare * certain);
        var leads = Enumerable.Range(0, fields.Length).Select(field => 1 << field).ToList();
        leads.AddRange(mass.Where(one => BitOperations.PopCount((uint)one.Key) == 2 && one.Value >= Least(one.Key)).OrderByDescending(one => one.Value).Take(MostClasses).Select(one => one.Key));
        return leads;
    }

    private void Learn(PatternSet set, (double Bits, int Lead)[] naive, List<int> leads, double[][] usual, int threads, int labelled)
    {
        var patterns = set.Patterns.Length;
        var responsibility = new double[patterns][];
        var total = set.Counts.Sum();
        for (var i = 0; i < patterns; i++)
        {
            var own = responsibility[i] = new double[_classes];
            var p = 1 / (1 + Math.Pow(2, Shift - naive[i].Bits));
            own[0] = naive[i].Bits > Certain ? 1 : naive[i].Bits < Hopeless ? 0 : p;
            var place = leads.IndexOf(naive[i].Lead);
            var k = 1 + (place >= 0 ? place : leads.IndexOf(1 << BitOperations.TrailingZeroCount(naive[i].Lead)));
            own[k] = 1 - own[0];
        }

        Maximise(set, responsibility, leads, usual, total);
        var before = double.MinValue;
        for (var round = 1; round <= MostRounds; round++)
        {
            var likelihood = Expect(set, responsibility, naive, threads);
            Maximise(set, responsibility, leads, usual, total);
            if (Math.Abs(likelihood - before) < Enough * total)
            {
                break;
            }

            before = likelihood;
        }

        // Those that labels added are no patterns of the candidates.
        Bits = new double[patterns - labelled];
        Parallel.For(0, Bits.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var logs = new double[_classes];
            Logs(set.Patterns[i], logs);
            Bits[i] = (logs[0] - LogSum(logs.AsSpan(1))) / Math.Log(2);
        });
    }

    private double Expect(PatternSet set, double[][] responsibility, (double Bits, int Lead)[] naive, int threads)
    {
        const int parts = 64;
        var likelihood = new double[parts];
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
        {
            var logs = new double[_classes];
            var end = (int)((long)set.Patterns.Length * (part + 1) / parts);
            for (var i = (int)((long)set.Patterns.Length * part / parts); i < end; i++)
            {
                Logs(set.Patterns[i], logs);
                var own = responsibility[i];
                var sure = naive[i].Bits > Certain ? 1 : naive[i].Bits < Hopeless ? -1 : 0;
                if (sure > 0)
                {
                    Array.Clear(own);
                    own[0] = 1;
                    likelihood[part] += set.Counts[i] * logs[0];
                    continue;
                }

                var from = sure < 0 ? 1 : 0;
                var sum = LogSum(logs.AsSpan(from));
                own[0] = 0;
                for (var k = from; k < _classes; k++)
                {
                    own[k] = Math.Exp(logs[k] - sum);
                }

                likelihood[part] += set.Counts[i] * sum;
            }
        });

        // In a fixed order, so that the sum is the same with any number of threads.
        return likelihood.Sum();
    }

    private void Maximise(PatternSet set, double[][] responsibility, List<int> leads, double[][] usual, long total)
    {
        var counts = Enumerable.Range(0, _classes).Select(_ => _fields.Select(field => new double[field.Levels.Count]).ToArray()).ToArray();
        var mass = new double[_classes];
        for (var i = 0; i < set.Patterns.Length; i++)
        {
            for (var k = 0; k < _classes; k++)
            {
                var weight = responsibility[i][k] * set.Counts[i];
                if (weight == 0)
                {
                    continue;
                }

                mass[k] += weight;
                for (var field = 0; field < _fields.Length; field++)
                {
                    counts[k][field][PairLevels.LevelOf(set.Patterns[i], field)] += weight;
                }
            }
        }

        for (var k = 0; k < _classes; k++)
        {
            // A household that shares two things shares others: such a class is held by what it does not share.
            var household = k > 0 && Enumerable.Range(0, _fields.Length).All(field => (leads[k - 1] & (1 << field)) == 0 || IsShared(_fields[field]));
            _share[k] = (mass[k] + 1) / (total + _classes);
            for (var field = 0; field < _fields.Length; field++)
            {
                var (anchor, weight) = k == 0 ? (usual[field], MatchPrior)
                    : (leads[k - 1] & (1 << field)) != 0 ? (usual[field], 1)
                    : (_chance[field], household && IsShared(_fields[field]) ? MatchPrior : 1 + (AnchorShare * mass[0]));
                Set(_log[k][field], counts[k][field], anchor, weight);
            }
        }

        for (var field = 0; field < _fields.Length; field++)
        {
            KeepOrder(field);
        }
    }

    private static void Set(double[] log, double[] counts, double[] anchor, double weight)
    {
        var sum = weight;
        for (var level = FieldComparison.Different; level < log.Length; level++)
        {
            sum += counts[level];
        }

        for (var level = FieldComparison.Different; level < log.Length; level++)
        {
            log[level] = Math.Log(Math.Max(1e-12, (counts[level] + (weight * anchor[level])) / sum));
        }
    }

    // The weight of a level must not fall as the level rises: neighbours that break the order share one weight.
    private void KeepOrder(int field)
    {
        var levels = _fields[field].Levels.Count;
        var against = _chance[field];
        var blocks = new List<(double Match, double Against, int First, int Last)>();
        for (var level = FieldComparison.Different; level < levels; level++)
        {
            blocks.Add((Math.Exp(_log[0][field][level]), against[level], level, level));
            while (blocks.Count > 1 && blocks[^1].Match / blocks[^1].Against < blocks[^2].Match / blocks[^2].Against)
            {
                var (above, below) = (blocks[^1], blocks[^2]);
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((above.Match + below.Match, above.Against + below.Against, below.First, above.Last));
            }
        }

        foreach (var block in blocks)
        {
            for (var level = block.First; level <= block.Last; level++)
            {
                _log[0][field][level] = Math.Log(block.Match / block.Against * against[level]);
            }
        }
    }

    private void Logs(ulong pattern, double[] logs)
    {
        for (var k = 0; k < _classes; k++)
        {
            var sum = Math.Log(_share[k]);
            var tables = _log[k];
            for (var field = 0; field < tables.Length; field++)
            {
                var level = PairLevels.LevelOf(pattern, field);
                sum += level == FieldComparison.Missing ? 0 : tables[field][level];
            }

            logs[k] = sum;
        }
    }

    private static double LogSum(ReadOnlySpan<double> logs)
    {
        var most = double.NegativeInfinity;
        foreach (var log in logs)
        {
            most = Math.Max(most, log);
        }

        var sum = 0.0;
        foreach (var log in logs)
        {
            sum += Math.Exp(log - most);
        }

        return most + Math.Log(sum);
    }
}
