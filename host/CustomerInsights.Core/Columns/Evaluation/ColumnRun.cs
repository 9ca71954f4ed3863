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

    /// <summary>Tells who may and can be reached by a channel, for <c>reachable("…")</c>. Nobody is by a channel that was not told.</summary>
    /// <exception cref="ArgumentException">The members are of another image.</exception>
    public void Reach(string channel, ImageRows members)
    {
        ArgumentNullException.ThrowIfNull(members);
        _population.Channels[channel] = ReferenceEquals(members.Image, Image) ? members : throw new ArgumentException("The members are of another image.", nameof(members));
    }

    /// <summary>The living profiles that meet a condition.</summary>
    /// <param name="rule">A Boolean rule; a missing answer is no.</param>
    /// <param name="zone">The zone of calendar days, where it is not the moment's.</param>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The rule is not Boolean, or is a business measure.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ImageRows Matches(BoundRule rule, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.Type != DataType.Boolean || rule.Use == RuleUse.BusinessMeasure)
        {
            throw new InvalidOperationException("The rule is not a condition.");
        }

        var rows = ImageRows.None(Image);
        var at = Moment(zone);
        BitsNode[] compiled = [.. Image.Parts.Select((_, part) => new VectorCompiler(_population, part, at).Bits(rule.Root))];
        ForEachBlock((block, scratch) =>
        {
            var words = rows.Parts[block.Part].Words;
            if (!Fill(compiled[block.Part], block, scratch, words))
            {
                FillSlowly(rule, at, block, words);
            }
        });
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
        var compiled = Image.Parts.Select((_, part) => rules.Select(rule => ValueReader.Of(new VectorCompiler(_population, part, at), rule)).ToArray()).ToArray();
        foreach (var wave in Blocks().Chunk(4 * _threads))
        {
            var batches = new ValueBatch[wave.Length];
            Run(wave, (block, scratch, index) => batches[index] = Values(rules, compiled[block.Part], at, block, scratch));
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
        if (BusinessByColumns(rule, at) is { } rows)
        {
            return rows;
        }

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

    /// <summary>Fills a block's words; false when something failed, so that profile by profile has to tell what.</summary>
    private bool Fill(BitsNode node, RowBlock block, Scratch scratch, Span<ulong> words)
    {
        var (part, alive) = Image.Parts[block.Part];
        var extent = Extent.Of(block.From, block.To, part.Rows);
        var into = words.Slice(extent.FirstWord, extent.Words);
        scratch.Failed = false;
        try
        {
            node.Fill(extent, scratch, alive is null ? [] : alive.Words.Slice(extent.FirstWord, extent.Words), into);
        }
        catch (Exception error) when (error is RuleEvaluationException or OverflowException)
        {
            return false;
        }

        into[^1] = Bits.Within(into[^1], extent, extent.Words - 1);
        if (alive is not null)
        {
            Presence.And(into, alive.Words.Slice(extent.FirstWord, extent.Words));
        }

        return !scratch.Failed;
    }

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
