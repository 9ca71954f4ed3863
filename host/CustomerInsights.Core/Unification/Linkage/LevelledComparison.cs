namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A field whose levels an expert wrote. The built-in comparisons do the same for the levels that they have, faster.</summary>
/// <remarks>
/// Each test is a likeness, and a level the first of which a bound is reached; so a pair's level is the highest that any of the likenesses reaches,
/// and each likeness is worked out once. No likeness lowers a level as it rises, whatever was written.
/// </remarks>
internal sealed class LevelledComparison : FieldComparison
{
    private readonly PerValue<string> _texts = new();
    private readonly bool _hasFeature;
    private readonly FieldComparison? _own;
    private readonly (Likeness Of, (double Least, int Level)[] Steps)[] _likenesses;

    /// <param name="column">The field.</param>
    /// <param name="levels">From most to least alike, without problems (<see cref="MatchLevels.Problems"/>).</param>
    internal LevelledComparison(MatchColumn column, IReadOnlyList<MatchLevel> levels)
        : base(column, [.. levels.Reverse().Select(MatchLevels.NameOf)])
    {
        _own = MatchLevels.LooksAtWords(column.Type) || levels.Any(level => level.When.Any(condition => condition.Test == LevelTest.OwnLevel)) ? FieldComparisons.Made(column) : null;
        _hasFeature = column.Type is not (MatchFieldType.Date or MatchFieldType.Phone or MatchFieldType.Number);
        var steps = levels.SelectMany((level, i) => level.When.Select(condition => (condition.Test, Least: MatchLevels.Least(condition), Level: levels.Count - i)));

        // The likeness that may reach most goes first: what the others cannot surpass needs no look at them.
        _likenesses =
        [
            .. steps.GroupBy(step => step.Test)
                .Select(group => (Likeness.Of(group.Key, column.Type, _own), Steps: group.Select(step => (step.Least, step.Level)).OrderByDescending(step => step.Level).ToArray()))
                .OrderByDescending(one => one.Steps[0].Level),
        ];
        Swapped = steps.Where(step => step.Test == LevelTest.JaroWinkler).Select(step => Different + step.Level).DefaultIfEmpty(FirstEqual - 1).Max();
    }

    internal override WordLists? InWords => _own?.InWords;

    internal override int Swapped { get; }

    internal override double Repeated => _own?.Repeated ?? base.Repeated;

    internal override void Mark()
    {
        base.Mark();
        _own?.Mark();
    }

    internal override void Forget()
    {
        base.Forget();
        _own?.Forget();
    }

    protected override void Learn(int id)
    {
        _texts[id] = Column.Type == MatchFieldType.Email && Text(id).IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? Text(id)[..at] : Text(id);
        _own?.Learn();
    }

    protected override ulong Feature(int id) => _hasFeature ? TextFeature.Of(_texts[id]) : 0;

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var reached = 0;
        foreach (var (of, steps) in _likenesses)
        {
            if (steps[0].Level <= reached)
            {
                break;
            }

            var least = double.MaxValue;
            foreach (var step in steps)
            {
                least = step.Level > reached ? Math.Min(least, step.Least) : least;
            }

            var likeness = of.Between(new(a, b, _texts[a], _texts[b], left, right, least), scratch);
            foreach (var step in steps)
            {
                if (likeness >= step.Least)
                {
                    reached = Math.Max(reached, step.Level);
                    break;
                }
            }
        }

        return reached;
    }
}
