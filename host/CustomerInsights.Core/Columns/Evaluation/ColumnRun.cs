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

    private SharedAggregates? _shared;

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

    /// <summary>Tells which rules are going to be asked: what several of them compute alike is then computed once. Takes up to 8 bytes a profile for each such aggregate.</summary>
    public void Share(IEnumerable<BoundRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _shared = new SharedAggregates(rules);
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
        BitsNode[] compiled = [.. Image.Parts.Select((_, part) => new VectorCompiler(_population, part, at, _shared).Bits(rule.Root))];
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

        if (_threads > 1 && BusinessMeasure.MergesExactly(rule))
        {
            try
            {
                foreach (var range in ByRange(() => new BusinessMeasure(rule), (of, subject) => of.Add(subject, at)))
                {
                    measure.Merge(range);
                }

                return measure.Rows();
            }
            catch (RuleEvaluationException)
            {
                // Which failure comes first, too many rows or another, one pass in order tells.
                measure = new BusinessMeasure(rule);
            }
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
        // Only the order of the values counts, and they are sorted in the end.
        List<BoundRule> list = [.. rules];
        var builder = new PopulationRanksBuilder(list);
        foreach (var range in ByRange(() => new PopulationRanksBuilder(list), (of, subject) => of.Add(subject, moment)))
        {
            builder.Merge(range);
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
}
