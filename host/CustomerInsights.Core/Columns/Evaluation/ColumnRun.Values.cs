using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Values of rules, for everybody or for some.</summary>
public sealed partial class ColumnRun
{
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
        return Enumerable.Range(0, Image.Parts.Count).SelectMany(part => PartValues(part, rules, zone));
    }

    /// <summary>The values of rules for every living profile of one part, in the order of its rows, which is that of the profiles' numbers.</summary>
    /// <param name="part">The part's index in the image.</param>
    /// <param name="rules">Rules of one value, or conditions.</param>
    /// <param name="zone">The zone of calendar days, where it is not the moment's.</param>
    /// <returns>Batches of up to some thousand profiles; computed while they are read.</returns>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">A rule is a business measure.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<ValueBatch> PartValues(int part, IReadOnlyList<BoundRule> rules, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var at = Moment(zone);
        var shared = _shared ?? (rules.Count > 1 ? new SharedAggregates(rules) : null);
        ValueReader?[] readers = [.. rules.Select(rule => ValueReader.Of(new VectorCompiler(_population, part, at, shared), rule))];
        foreach (var wave in Blocks().Where(block => block.Part == part).Chunk(4 * _threads))
        {
            var batches = new ValueBatch[wave.Length];
            Run(wave, (block, scratch, index) => batches[index] = Values(rules, readers, at, block, scratch));
            foreach (var batch in batches.Where(batch => batch.Rows.Length > 0))
            {
                yield return batch;
            }
        }
    }

    /// <summary>The values of rules for some profiles, in the order of their numbers; who is not alive is left out.</summary>
    /// <param name="numbers">Their numbers.</param>
    /// <param name="rules">Rules of one value, or conditions.</param>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<(long Number, ProfileId Id, Value[] Values)> ValuesOf(IEnumerable<long> numbers, IReadOnlyList<BoundRule> rules)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var number in numbers.Distinct().Order())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_population.Find(number) is { } subject)
            {
                yield return (number, subject.Id, [.. rules.Select(rule => rule.Evaluate(subject, moment))]);
            }
        }
    }

    private ValueBatch Values(IReadOnlyList<BoundRule> rules, ValueReader?[] readers, RuleMoment at, RowBlock block, Scratch scratch)
    {
        int[] rows = [.. LivingRows(block)];
        var extent = Extent.Of(block.From, block.To, Image.Parts[block.Part].Part.Rows);
        var values = new Value[rules.Count][];
        var slow = new List<int>();
        for (var rule = 0; rule < values.Length; rule++)
        {
            values[rule] = new Value[rows.Length];
            if (!Read(readers[rule], extent, rows, scratch, values[rule]))
            {
                slow.Add(rule);
            }
        }

        // Row by row, so that of several failures the first profile's comes.
        for (var i = 0; i < rows.Length && slow.Count > 0; i++)
        {
            var subject = new ColumnSubject(_population, block.Part, rows[i]);
            foreach (var rule in slow)
            {
                values[rule][i] = rules[rule].Evaluate(subject, at);
            }
        }

        return new ValueBatch(Image.Parts[block.Part].Part, rows, values);
    }

    private static bool Read(ValueReader? reader, Extent extent, int[] rows, Scratch scratch, Value[] into)
    {
        scratch.Failed = false;
        try
        {
            reader?.Read(extent, scratch, rows, into);
            return reader is not null && !scratch.Failed;
        }
        catch (Exception error) when (error is RuleEvaluationException or OverflowException)
        {
            return false;
        }
    }
}

/// <summary>The values of several rules for some profiles of one part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Rows">Its rows, ascending; all are alive.</param>
/// <param name="Values">By rule, then by the index in <paramref name="Rows"/>; missing where there is none.</param>
public sealed record ValueBatch(ColumnPart Part, int[] Rows, Value[][] Values);
