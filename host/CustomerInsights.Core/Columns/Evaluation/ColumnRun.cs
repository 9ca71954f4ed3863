using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>
/// Answers rules over all living profiles of a type, at one moment, from one image. The answers are those of
/// <see cref="BoundRule.Evaluate"/> for each profile, errors included: of several the one that the first profile, in the order of
/// parts and rows, meets. Uses several threads inside; is itself for one.
/// </summary>
/// <param name="world">The images.</param>
/// <param name="profileType">Whose profiles. Without an image there are none.</param>
/// <param name="moment">What the rules take from outside.</param>
/// <param name="threads">How many threads to use at most, at least 1.</param>
/// <param name="cancellationToken">Looked at between blocks of some thousand profiles.</param>
public sealed partial class ColumnRun(ColumnWorld world, string profileType, RuleMoment moment, int threads, CancellationToken cancellationToken)
{
    private readonly ColumnPopulation _population = new(world, profileType);
    private readonly int _threads = threads >= 1 ? threads : throw new ArgumentOutOfRangeException(nameof(threads));

    /// <summary>The profiles that are asked about.</summary>
    public ColumnImage Image => _population.Image;

    /// <summary>Tells who is in a segment, for <c>segment("…")</c> in rules asked later. Nobody is in a segment that was not told.</summary>
    /// <exception cref="ArgumentException">The members are of another image.</exception>
    public void Enter(string segment, ImageRows members)
    {
        ArgumentNullException.ThrowIfNull(members);
        _population.Segments[segment] = ReferenceEquals(members.Image, Image) ? members : throw new ArgumentException("The members are of another image.", nameof(members));
    }

    /// <summary>Tells who is in a segment, by the numbers of the profiles.</summary>
    public void Enter(string segment, ReadOnlySpan<long> numbers) => Enter(segment, ImageRows.Of(Image, numbers));

    /// <summary>The living profiles that meet a condition.</summary>
    /// <param name="rule">A Boolean rule; a missing answer is no.</param>
    /// <param name="zone">The zone of calendar days, where it is not the moment's.</param>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is not Boolean, or is a business measure.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ImageRows Matches(BoundRule rule, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var rows = ImageRows.None(Image);
        var at = Moment(zone);
        ForEachBlock((block, _) => FillSlowly(rule, at, block, rows.Parts[block.Part].Words));
        return rows;
    }

    /// <summary>The values of rules for every living profile, in the order of parts and rows.</summary>
    /// <param name="rules">Rules of one value, or conditions.</param>
    /// <param name="zone">The zone of calendar days, where it is not the moment's.</param>
    /// <returns>Batches of up to some thousand profiles; computed while they are read.</returns>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">A rule is a business measure.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<ValueBatch> Values(IReadOnlyList<BoundRule> rules, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var at = Moment(zone);
        foreach (var wave in Blocks().Chunk(4 * _threads))
        {
            var batches = new ValueBatch[wave.Length];
            Run(wave, (block, _, index) => batches[index] = ValuesSlowly(rules, at, block));
            foreach (var batch in batches.Where(batch => batch.Rows.Length > 0))
            {
                yield return batch;
            }
        }
    }

    /// <summary>The rows of a business measure; see <see cref="BusinessMeasure"/>. Sums of numbers (double) are in the order of parts and rows.</summary>
    /// <param name="rule">The measure.</param>
    /// <param name="zone">The zone of calendar days, where it is not the moment's.</param>
    /// <exception cref="ArgumentException">The rule was not bound as a business measure.</exception>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<BusinessRow> Business(BoundRule rule, TimeZoneInfo? zone = null)
    {
        var measure = new BusinessMeasure(rule);
        var at = Moment(zone);
        foreach (var block in Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var row in LivingRows(block))
            {
                measure.Add(new ColumnSubject(_population, block.Part, row), at);
            }
        }

        return measure.Rows();
    }

    /// <summary>The ranks that <c>percentile_rank</c> in these rules needs; to be given to the <see cref="RuleMoment"/> of another run.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IPopulationRanks Ranks(IEnumerable<BoundRule> rules)
    {
        var builder = new PopulationRanksBuilder(rules);
        foreach (var block in Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var row in LivingRows(block))
            {
                builder.Add(new ColumnSubject(_population, block.Part, row), moment);
            }
        }

        return builder.Build();
    }

    private RuleMoment Moment(TimeZoneInfo? zone) => zone is null ? moment : moment with { Zone = zone };

    private void FillSlowly(BoundRule rule, RuleMoment at, RowBlock block, Span<ulong> words)
    {
        words[(block.From >> 6)..((block.To + 63) >> 6)].Clear();
        foreach (var row in LivingRows(block))
        {
            if (rule.Matches(new ColumnSubject(_population, block.Part, row), at))
            {
                words[row >> 6] |= 1UL << (row & 63);
            }
        }
    }

    private ValueBatch ValuesSlowly(IReadOnlyList<BoundRule> rules, RuleMoment at, RowBlock block)
    {
        int[] rows = [.. LivingRows(block)];
        var values = rules.Select(_ => new Value[rows.Length]).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            var subject = new ColumnSubject(_population, block.Part, rows[i]);
            for (var rule = 0; rule < values.Length; rule++)
            {
                values[rule][i] = rules[rule].Evaluate(subject, at);
            }
        }

        return new ValueBatch(Image.Parts[block.Part].Part, rows, values);
    }
}

/// <summary>The values of several rules for some profiles of one part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Rows">Its rows, ascending; all are alive.</param>
/// <param name="Values">By rule, then by the index in <paramref name="Rows"/>; missing where there is none.</param>
public sealed record ValueBatch(ColumnPart Part, int[] Rows, Value[][] Values);
